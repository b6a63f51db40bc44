import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { NOT_AS_SIGNED, troubleWords, type SentMessage, type UplinkStatus } from '@livecue/shared/contract';
import { CircleCheck, CircleDashed, TriangleAlert } from 'lucide-react';
import { usePanel } from '../live/use-live.tsx';
import { cloudLevel } from '../operator/cloud-level.ts';
import { LevelIcon } from '../operator/level-icon.tsx';
import { TroubleText } from '../parts/trouble-text.tsx';
import { useUnits } from '../words/units.ts';
import { SentDetail } from './sent-detail.tsx';
import { wordsOf } from '../parts/error-words.ts';

const READ_MS = 2_000;
const LIMIT = 200;

/** One message left once: the transport identity of its properties, else time and topic. */
export function messageKey(message: SentMessage): string {
  return `${message.atMs} ${message.topic} ${message.properties.id ?? ''} ${message.properties.seq ?? ''}`;
}

/** Reads the list every 2 s; while `held`, what is shown stays and the rest waits. */
function useSent(held: boolean) {
  const { client } = usePanel();
  const [newest, setNewest] = useState<readonly SentMessage[] | null>(null);
  const [shown, setShown] = useState<readonly SentMessage[] | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const heldNow = useRef(held);
  heldNow.current = held;
  useEffect(() => {
    const read = () =>
      client.call('uplink.sent', { limit: LIMIT }).then(
        ({ messages }) => {
          const sorted = messages.toSorted((a, b) => b.atMs - a.atMs);
          setProblem(null);
          setNewest(sorted);
          setShown((old) => (old === null || !heldNow.current ? sorted : old));
        },
        (error: unknown) => setProblem(wordsOf(error)),
      );
    void read();
    const timer = setInterval(() => void read(), READ_MS);
    return () => clearInterval(timer);
  }, [client]);
  useEffect(() => {
    if (!held && newest !== null) setShown(newest);
  }, [held, newest]);
  const known = new Set((shown ?? []).map(messageKey));
  const fresh = (newest ?? []).filter((message) => !known.has(messageKey(message))).length;
  return { shown, fresh, problem, refresh: () => setShown(newest) };
}

function Rows({
  messages,
  chosen,
  onChoose,
}: {
  messages: readonly SentMessage[];
  chosen: string | null;
  onChoose: (message: SentMessage) => void;
}) {
  const { t } = useTranslation();
  const units = useUnits();
  return (
    <table className="sent-table">
      <thead>
        <tr>
          <th>{t('sent.time')}</th>
          <th className="number">seq</th>
          <th>{t('sent.type')}</th>
          <th className="number">{t('sent.bytes')}</th>
          <th>{t('sent.receipt')}</th>
        </tr>
      </thead>
      <tbody>
        {messages.map((message) => {
          const key = messageKey(message);
          const Icon = message.acknowledged ? CircleCheck : CircleDashed;
          return (
            <tr key={key} className={key === chosen ? 'chosen' : ''} onClick={() => onChoose(message)}>
              <td>
                <button type="button" className="row-button" aria-pressed={key === chosen}>
                  {units.clock(message.atMs)}
                </button>
              </td>
              <td className="number">{message.properties.seq ?? '–'}</td>
              <td className="mono">{message.properties.type ?? message.topic}</td>
              <td className="number">{units.count(message.bytes)} B</td>
              <td className={message.acknowledged ? 'good-text' : 'dim'}>
                <Icon size={14} aria-hidden="true" /> {t(message.acknowledged ? 'sent.yes' : 'sent.no')}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

/** How far what left has arrived, and whether it is there as it was signed. */
function Cloud({ uplink, nowMs }: { uplink: UplinkStatus; nowMs: number }) {
  const { t } = useTranslation();
  const units = useUnits();
  const { state, verified, problem, lastAckMs } = uplink;
  const found = troubleWords(uplink.trouble, problem ?? '');
  const facts = (['backlog', 'acknowledged', 'resent'] as const).map((name) => [t(`cloud.${name}`), units.count(uplink[name])]);
  facts.push([t('cloud.verified'), verified === undefined ? t('cloud.unsigned') : units.count(verified)]);
  facts.push([t('cloud.lastAck'), lastAckMs === null ? t('age.never') : t('age.ago', { age: units.age(nowMs - lastAckMs) })]);
  return (
    <>
      <p className="row-line dim cloud-facts">
        <LevelIcon level={cloudLevel(uplink)} size={14} /> {t(`cloud.state.${state}`)}
        <span className="mono">{uplink.brokerUrl}</span>
        {facts.map(([name, value]) => (
          <span key={name}>
            {name} {value}
          </span>
        ))}
      </p>
      {state === 'off' ? <p className="dim">{t('cloud.off')}</p> : null}
      {problem === null || uplink.broken === true ? null : <TroubleText trouble={uplink.trouble} problem={problem} />}
      {uplink.broken === true ? (
        <div className="not-as-signed" role="alert">
          <p className="wrong-text">
            <TriangleAlert size={14} aria-hidden="true" /> <strong>{t('cloud.broken')}</strong>
          </p>
          <p title={problem ?? undefined}>{units.words(found.text)}</p>
          <p className="remedy">{units.words(found.remedy ?? NOT_AS_SIGNED)}</p>
        </div>
      ) : null}
    </>
  );
} // prettier-ignore

/** The proof of what goes to the cloud: each message, byte for byte. */
export function SentScreen({ uplink, nowMs }: { uplink: UplinkStatus; nowMs: number }) {
  const { t } = useTranslation();
  const units = useUnits();
  const [chosen, setChosen] = useState<SentMessage | null>(null);
  const [over, setOver] = useState(false);
  // New rows never move what is under the pointer or being read.
  const { shown, fresh, problem, refresh } = useSent(over);
  return (
    <main className="sent">
      <div className="sent-head">
        <h1>{t('sent.title')}</h1>
        <p className="dim">{t('sent.lead')}</p>
        <p className="sent-total">
          <strong>{t('sent.total', { n: units.count(uplink.sent), bytes: units.bytes(uplink.bytesSent) })}</strong>
          {shown === null ? null : <span className="dim"> · {t('sent.shown', { n: units.count(shown.length) })}</span>}
        </p>
        <Cloud uplink={uplink} nowMs={nowMs} />
        {problem === null ? null : (
          <p className="remedy" role="alert">
            {t('sent.failed', { why: problem })}
          </p>
        )}
      </div>
      <section className="section sent-list" onPointerEnter={() => setOver(true)} onPointerLeave={() => setOver(false)}>
        {fresh > 0 ? (
          <button type="button" className="pill" onClick={refresh}>
            {t('sent.fresh', { n: fresh })}
          </button>
        ) : null}
        {shown !== null && shown.length === 0 && uplink.state !== 'off' ? (
          <p className="empty">{t('sent.empty')}</p>
        ) : null}
        {shown === null || shown.length === 0 ? null : (
          <Rows messages={shown} chosen={chosen === null ? null : messageKey(chosen)} onChoose={setChosen} />
        )}
      </section>
      <section className="section sent-detail">
        {chosen === null ? <p className="empty">{t('sent.choose')}</p> : <SentDetail message={chosen} />}
      </section>
    </main>
  );
}
