import { useState } from 'react';
import { Power } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { SourceHealth } from '@livecue/shared/contract';
import { useMay } from '../live/use-self.tsx';
import { TroubleText } from '../parts/trouble-text.tsx';
import { useUnits } from '../words/units.ts';
import { useVerb } from './cues/use-verb.ts';
import { LevelIcon, type Level } from './level-icon.tsx';
import { Section, WrongCount } from './section.tsx';

/** "Connected but silent" is the commonest failure in the field: it counts as wrong, whatever the socket says. */
export function sourceLevel(source: SourceHealth, nowMs: number): Level {
  if (source.off === true) return 'off';
  if (source.state === 'failed') return 'wrong';
  if (source.state === 'open' && source.lastEventMs !== null && nowMs - source.lastEventMs > source.quietLimitMs)
    return 'wrong';
  if (source.state === 'degraded' || source.state === 'waiting' || source.problem !== null) return 'warn';
  return source.state === 'open' && source.lastEventMs !== null ? 'ok' : 'off';
}

/** Below this share the operator is told that the platform leaves likes out. */
const LIKES_WHOLE = 0.98;

/** Without the shop's interface its messages are hints; with it some may wait to be read. */
function Hints({ hints }: Pick<SourceHealth, 'hints'>) {
  const { t } = useTranslation();
  const units = useUnits();
  if (hints === undefined) return null;
  if (!hints.reading) return <span className="warn-text">{t('sources.hintsOnly')}</span>;
  return (
    <>
      {hints.waiting === 0 ? null : <span>{t('sources.hintsWaiting', { n: units.count(hints.waiting) })}</span>}
      {hints.unread === 0 ? null : (
        <span className="warn-text">{t('sources.hintsUnread', { n: units.count(hints.unread) })}</span>
      )}
    </>
  );
}

/** What is played or made up has no connection that could be ended or tried again. */
const isConnected = ({ transport }: SourceHealth) => transport !== 'replay' && transport !== 'simulator';

/** On, off, and the next try now: what an operator does about a source while the show goes on. */
function useSwitches(source: SourceHealth) {
  const may = useMay()('source.switch');
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const call = useVerb(setProblem);
  const { name } = source;
  const once = async (work: Promise<unknown>) => {
    setBusy(true);
    await work;
    setBusy(false);
  };
  return {
    able: may && isConnected(source),
    busy,
    problem,
    turn: (on: boolean) => void once(call('source.switch', { name, on })),
    retry: () => void once(call('source.retry', { name })),
  };
}

function Switches({ source, level, able, busy, problem, turn, retry }: { source: SourceHealth; level: Level } & ReturnType<typeof useSwitches>) {
  const { t } = useTranslation();
  const off = source.off === true;
  // Also what is connected and silent: a new connection often mends that.
  const mayRetry = level === 'wrong' || source.state === 'waiting';
  if (!able || (!off && !mayRetry && problem === null)) return null;
  return (
    <div className="row-line source-switches">
      {!off && !mayRetry ? null : (
        <button type="button" className="button small" disabled={busy} onClick={() => (off ? turn(true) : retry())}>
          {t(off ? 'sources.switchOn' : 'sources.retry')}
        </button>
      )}
      {problem === null ? null : <span className="warn-text small">{problem}</span>}
    </div>
  );
} // prettier-ignore

function SourceRow({ source, nowMs }: { source: SourceHealth; nowMs: number }) {
  const { t } = useTranslation();
  const units = useUnits();
  const level = sourceLevel(source, nowMs);
  const switches = useSwitches(source);
  const ageMs = source.lastEventMs === null ? null : nowMs - source.lastEventMs;
  const silent = source.state === 'open' && ageMs !== null && ageMs > source.quietLimitMs;
  const drops = Object.entries(source.drops).filter(([, n]) => n > 0);
  const dropped = drops.reduce((sum, [, n]) => sum + n, 0);
  const likes = source.likes === undefined ? null : source.likes.counted / source.likes.told;
  return (
    <li className={`row ${level}`}>
      <LevelIcon level={level} />
      <div className="row-main">
        <div className="row-line">
          <strong title={source.endpoint}>{source.name}</strong>
          <span className="dim">
            {source.off === true
              ? t('sources.off')
              : silent
                ? t('sources.silent', {
                    age: units.age(ageMs),
                    limit: t('age.s', { n: units.rate(source.quietLimitMs / 1000) }),
                  })
                : t(`sources.state.${source.state}`)}
          </span>
          <span className="row-end">{ageMs === null ? t('sources.noEvent') : silent ? null : units.age(ageMs)}</span>
          {!switches.able || source.off === true ? null : (
            <button
              type="button"
              className="icon-button"
              disabled={switches.busy}
              title={t('sources.switchOff', { name: source.name })}
              aria-label={t('sources.switchOff', { name: source.name })}
              onClick={() => switches.turn(false)}
            >
              <Power size={14} aria-hidden="true" />
            </button>
          )}
        </div>
        <div className="row-line dim small">
          <span>{t('sources.rate', { n: units.rate(source.eventsPerSecond) })}</span>
          <span>{t('sources.events', { n: units.count(source.events) })}</span>
          {dropped === 0 ? null : (
            <span title={drops.map(([reason, n]) => `${reason}: ${n}`).join('\n')}>
              {t('sources.drops', { n: units.count(dropped) })}
            </span>
          )}
          {source.lostUpstream === 0 ? null : (
            <span className="warn-text">{t('sources.lost', { n: units.count(source.lostUpstream) })}</span>
          )}
          {likes === null || likes > LIKES_WHOLE ? null : (
            <span className="warn-text">{t('sources.likes', { n: units.percent(likes) })}</span>
          )}
          <Hints hints={source.hints} />
          {source.quotaLeft === undefined ? null : (
            <span>{t('sources.quota', { n: units.count(source.quotaLeft) })}</span>
          )}
          {source.cursor === undefined ? null : <span title={source.cursor}>{t('sources.cursor')}</span>}
        </div>
        {source.problem === null ? null : <TroubleText trouble={source.trouble} problem={source.problem} />}
        <Switches source={source} level={level} {...switches} />
        {/* Where to send to is asked for while nothing comes. */}
        {level === 'ok' || source.off === true ? null : <div className="mono dim endpoint">{source.endpoint}</div>}
      </div>
    </li>
  );
}

export function SourceList({ sources, nowMs }: { sources: readonly SourceHealth[]; nowMs: number }) {
  const { t } = useTranslation();
  const wrong = sources.filter((source) => sourceLevel(source, nowMs) === 'wrong').length;
  return (
    <Section name="sources" title={t('sources.title')} aside={<WrongCount n={wrong} />} reachable>
      {sources.length === 0 ? <p className="empty">{t('sources.empty')}</p> : null}
      <ul className="rows">
        {sources.map((source) => (
          <SourceRow key={source.name} source={source} nowMs={nowMs} />
        ))}
      </ul>
    </Section>
  );
}
