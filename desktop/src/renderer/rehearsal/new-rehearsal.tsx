import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { REHEARSAL_ROOMS, type PanelResult, type RehearsalStart } from '@livecue/shared/contract';
import { FileUp, Play, Trash2 } from 'lucide-react';
import { useUnits } from '../words/units.ts';
import { SpeedSlider } from './speed-slider.tsx';
import { troubleOf, type Trouble } from '../parts/error-words.ts';
import { useSendRecording } from './use-rehearsal.ts';

type Facts = PanelResult<'rehearsal.read'>;
type Recording = Facts['recordings'][number];

function RecordingRow(props: { recording: Recording; chosen: boolean; onChoose: () => void; onRemove: () => void }) {
  const { name, bytes, changedMs } = props.recording;
  const { t } = useTranslation();
  const units = useUnits();
  const [sure, setSure] = useState(false);
  return (
    <li>
      <label className="recording">
        <input type="radio" name="recording" checked={props.chosen} onChange={props.onChoose} />
        <span className="recording-name">{name}</span>
        <span className="dim small">
          {units.bytes(bytes)} · {units.date(changedMs)}
        </span>
      </label>
      {sure ? (
        <span className="sure" role="alert">
          {t('rehearsal.removeSure', { name })}{' '}
          <button type="button" className="button small" onClick={props.onRemove}>
            {t('rehearsal.remove')}
          </button>{' '}
          <button type="button" className="button small" onClick={() => setSure(false)}>
            {t('rehearsal.keep')}
          </button>
        </span>
      ) : (
        <button type="button" className="icon-button" aria-label={t('rehearsal.removeRecording', { name })} title={t('rehearsal.removeRecording', { name })} onClick={() => setSure(true)}>
          <Trash2 size={14} aria-hidden="true" />
        </button>
      )}
    </li>
  );
} // prettier-ignore

function Recordings(props: {
  facts: Facts;
  chosen: string | null;
  onChoose: (name: string) => void;
  onRemove: (name: string) => void;
  onSent: () => void;
  onTrouble: (trouble: Trouble) => void;
}) {
  const { t } = useTranslation();
  const units = useUnits();
  const send = useSendRecording();
  const input = useRef<HTMLInputElement>(null);
  const [sending, setSending] = useState<{ name: string; ratio: number } | null>(null);
  const { recordings, folder, products } = props.facts;
  const take = (file: File | undefined) => {
    if (file === undefined || sending !== null) return;
    setSending({ name: file.name, ratio: 0 });
    send(file, (ratio) => setSending({ name: file.name, ratio }))
      .then(
        () => props.onChoose(file.name),
        (error: unknown) => props.onTrouble(troubleOf(error)),
      )
      .finally(() => {
        setSending(null);
        props.onSent();
      });
  };
  return (
    <div className="rehearsal-part">
      {recordings.length === 0 ? <p className="empty">{t('rehearsal.noRecordings', { folder })}</p> : null}
      <ul className="recordings" aria-label={t('rehearsal.recordings')}>
        {recordings.map((one) => (
          <RecordingRow
            key={one.name}
            recording={one}
            chosen={one.name === props.chosen}
            onChoose={() => props.onChoose(one.name)}
            onRemove={() => props.onRemove(one.name)}
          />
        ))}
      </ul>
      <input
        ref={input}
        type="file"
        accept=".jsonl,.gz"
        hidden
        onChange={(event) => {
          take(event.target.files?.[0]);
          event.target.value = '';
        }}
      />
      <p className="row-line">
        <button type="button" className="button" disabled={sending !== null} onClick={() => input.current?.click()}>
          <FileUp size={14} aria-hidden="true" /> {t('rehearsal.choose')}
        </button>
        <span className="dim" role="status">
          {sending === null ? null : t('rehearsal.sending', { name: sending.name, n: units.percent(sending.ratio) })}
        </span>
      </p>
      <p className="small dim">{t('rehearsal.ownCatalogue', { n: units.count(products) })}</p>
    </div>
  );
}

type Simulated = Extract<RehearsalStart['from'], { kind: 'simulated' }>;

function Room({ room, products, onChange }: { room: Simulated; products: number; onChange: (room: Simulated) => void }) {
  const { t } = useTranslation();
  const whole = (text: string, most: number) => Math.min(most, Math.max(0, Math.round(Number(text) || 0)));
  return (
    <div className="rehearsal-part">
      <label className="field">
        <span>{t('rehearsal.profile')}</span>
        <select value={room.profile} onChange={(e) => onChange({ ...room, profile: REHEARSAL_ROOMS.find((one) => one === e.target.value) ?? 'demo' })}>
          {REHEARSAL_ROOMS.map((one) => (
            <option key={one} value={one}>
              {t(`rehearsal.profiles.${one}`)}
            </option>
          ))}
        </select>
      </label>
      <label className="field">
        <span>{t('rehearsal.minutes')}</span>
        <input type="number" min={1} max={240} value={room.minutes} onChange={(e) => onChange({ ...room, minutes: whole(e.target.value, 240) })} />
      </label>
      <label className="field">
        <span>{t('rehearsal.seed')}</span>
        <input type="number" min={0} max={1_000_000} value={room.seed} onChange={(e) => onChange({ ...room, seed: whole(e.target.value, 1_000_000) })} />
        <span className="dim small">{t('rehearsal.seedHelp')}</span>
      </label>
      <label className="check">
        <input type="checkbox" disabled={products === 0} checked={room.ownProducts && products > 0} onChange={(e) => onChange({ ...room, ownProducts: e.target.checked })} />
        <span>{products === 0 ? t('rehearsal.noOwn') : t('rehearsal.own', { n: products })}</span>
      </label>
    </div>
  );
} // prettier-ignore

/** What is played and how fast; begins it. */
export function NewRehearsal(props: {
  facts: Facts;
  /** The live room has events at the moment. */
  isLive: boolean;
  /** One runs already; there is one at a time. */
  isRunning: boolean;
  onStart: (start: RehearsalStart) => Promise<void>;
  onRemove: (name: string) => void;
  onSent: () => void;
  onTrouble: (trouble: Trouble) => void;
}) {
  const { t } = useTranslation();
  const { facts } = props;
  const [kind, setKind] = useState<'simulated' | 'recording'>('simulated');
  const [room, setRoom] = useState<Simulated>({ kind: 'simulated', profile: 'demo', seed: 1, minutes: 15, ownProducts: true }); // prettier-ignore
  const [chosen, setChosen] = useState<string | null>(null);
  const [speed, setSpeed] = useState(1);
  const [starting, setStarting] = useState(false);
  const name = facts.recordings.find((one) => one.name === chosen)?.name ?? null;
  const from: RehearsalStart['from'] | null = kind === 'simulated' ? { ...room, ownProducts: room.ownProducts && facts.products > 0 } : name === null ? null : { kind, name }; // prettier-ignore
  const isReady = from !== null && (from.kind === 'recording' || from.minutes >= 1);
  const start = () => {
    if (from === null) return;
    setStarting(true);
    void props.onStart({ from, speed }).finally(() => setStarting(false));
  };
  return (
    <form
      className="new-rehearsal"
      onSubmit={(event) => {
        event.preventDefault();
        start();
      }}
    >
      <h2>{t('rehearsal.new')}</h2>
      <fieldset>
        <legend>{t('rehearsal.from')}</legend>
        <div className="choices">
          {(['simulated', 'recording'] as const).map((one) => (
            <label key={one}>
              <input type="radio" name="from" checked={kind === one} onChange={() => setKind(one)} />
              <span>{t(`rehearsal.${one}`)}</span>
            </label>
          ))}
        </div>
      </fieldset>
      {kind === 'simulated' ? (
        <Room room={room} products={facts.products} onChange={setRoom} />
      ) : (
        <Recordings facts={facts} chosen={chosen} onChoose={setChosen} onRemove={props.onRemove} onSent={props.onSent} onTrouble={props.onTrouble} />
      )}
      <SpeedSlider speed={speed} onChange={setSpeed} />
      {props.isLive ? <p className="small dim">{t('rehearsal.liveShow')}</p> : null}
      {props.isRunning ? <p className="small dim">{t('rehearsal.oneAtATime')}</p> : null}
      <button type="submit" className="button main" disabled={!isReady || starting || props.isRunning}>
        <Play size={14} aria-hidden="true" /> {t('rehearsal.start')}
      </button>
    </form>
  ); // prettier-ignore
}
