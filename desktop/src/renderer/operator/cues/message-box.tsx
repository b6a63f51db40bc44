import { useEffect, useMemo, useRef, useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { MESSAGE_LIMITS, messageLength, messageProblem, type MessagePreset } from '@livecue/shared/contract';
import { Send } from 'lucide-react';
import { usePanel } from '../../live/use-live.tsx';
import { recall, remember } from '../../parts/memory.ts';
import { useUnits } from '../../words/units.ts';
import { useDeskKeys } from '../comments/use-list-keys.ts';
import { useVerb } from './use-verb.ts';

type Priority = 'act-now' | 'advice';

/** What the agent would refuse, in the words of the panel; null: it may go. */
export function problemKey(text: string): 'tooLong' | 'tooWide' | 'oneLine' | null {
  if (text.trim() === '' || messageProblem(text) === null) return null;
  const { used, limit, unit } = messageLength(text);
  if (used > limit) return 'tooLong';
  return unit === 'words' && [...text.trim()].length > MESSAGE_LIMITS.enCharacters ? 'tooWide' : 'oneLine';
}

function usePresets(): readonly MessagePreset[] {
  const { client } = usePanel();
  const [presets, setPresets] = useState<readonly MessagePreset[]>([]);
  useEffect(() => {
    let isGone = false;
    // Without them one's own words still go: a refusal here has nothing to say to the operator.
    client.call('message.presets', {}).then(
      (answer) => (isGone ? undefined : setPresets(answer.presets)),
      () => undefined,
    );
    return () => void (isGone = true);
  }, [client]);
  return presets;
}

function Length({ text }: { text: string }) {
  const { t } = useTranslation();
  const { used, limit, unit } = messageLength(text);
  const problem = problemKey(text);
  return (
    <span className={`small ${problem === null ? 'dim' : 'wrong-text'}`} role="status">
      {problem === null || problem === 'tooLong' ? t(`message.${unit}`, { used, limit }) : null}{' '}
      {problem === null ? null : t(`message.${problem}`, { n: MESSAGE_LIMITS.enCharacters })}
    </span>
  );
}

/** A card of the queue that the operator puts into his own words. */
export interface Draft {
  readonly promptId: string;
  readonly text: string;
  readonly priority: Priority;
}

/**
 * The operator's own card: a preset by one tap, or own words as long as a host reads at a glance. A draft is taken
 * into the box; `onSent` tells of which card the words were when they have gone.
 */
export function MessageBox({ draft, onSent, onProblem }: { draft: Draft | null; onSent: (promptId: string) => void; onProblem: (why: string | null) => void }) {
  const { t } = useTranslation();
  const units = useUnits();
  const call = useVerb(onProblem);
  const presets = usePresets();
  const place = useRef<HTMLInputElement>(null);
  const [open, setOpen] = useState(() => recall('message', ['open', 'shut'], 'shut') === 'open');
  const [text, setText] = useState('');
  const [priority, setPriority] = useState<Priority>('act-now');
  const [sent, setSent] = useState<string | null>(null);
  useDeskKeys(useMemo(() => ({ t: () => { setOpen(true); requestAnimationFrame(() => place.current?.focus()); } }), [])); // prettier-ignore
  const sendable = messageProblem(text) === null;
  const [of, setOf] = useState<string | null>(null);
  useEffect(() => {
    if (draft === null) return;
    setOpen(true);
    setText(draft.text);
    setPriority(draft.priority);
    setOf(draft.promptId);
    requestAnimationFrame(() => place.current?.focus());
  }, [draft]);

  const send = async (args: { text: string } | { presetId: string }, words: string) => {
    if ((await call('message.send', { ...args, priority })) === null) return;
    setSent(words);
    if (!('text' in args)) return;
    setText('');
    if (of !== null) onSent(of);
    setOf(null);
  };
  /** A box that was emptied has nothing of the draft any more. */
  const write = (words: string) => {
    setText(words);
    if (words === '') setOf(null);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (sendable) void send({ text: text.trim() }, text.trim());
  };
  return (
    <details className="message" open={open} onToggle={({ currentTarget }) => {
      setOpen(currentTarget.open);
      remember('message', currentTarget.open ? 'open' : 'shut');
    }}>
      <summary>{t('message.title')} <kbd>T</kbd></summary>
      <form onSubmit={submit}>
        <input ref={place} type="text" value={text} maxLength={200} aria-label={t('message.own')} placeholder={t('message.own')} aria-invalid={problemKey(text) !== null}
          onChange={({ target }) => write(target.value)} onKeyDown={(event) => event.key === 'Escape' && event.currentTarget.blur()} />
        <button type="submit" className="button small" disabled={!sendable}>
          <Send size={12} aria-hidden="true" /> {t('message.send')}
        </button>
      </form>
      <div className="row-line message-line">
        <Length text={text} />
        <span className="row-end actions" role="group" aria-label={t('message.priority')}>
          {(['act-now', 'advice'] as const).map((value) => (
            <button type="button" key={value} className="button small" aria-pressed={priority === value} onClick={() => setPriority(value)}>
              {t(`priority.${value}`)}
            </button>
          ))}
        </span>
      </div>
      <div className="presets">
        {presets.map((preset) => (
          <button type="button" key={preset.id} className="button small" onClick={() => void send({ presetId: preset.id }, units.words(preset))}>
            {units.words(preset)}
          </button>
        ))}
      </div>
      <p className="small dim" role="status">{sent === null ? '' : t('message.sent', { words: sent })}</p>
    </details>
  );
} // prettier-ignore
