import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Keyboard, RotateCcw } from 'lucide-react';
import { acceleratorOf, checkHotkeys, HOTKEY_ACTIONS, HOTKEY_NAMES, pageUse, parseAccelerator, type HotkeyAction, type HotkeyMap, type HotkeyReport, type KeyPlatform, type SettingsProblem } from '@livecue/shared/contract'; // prettier-ignore
import { usePanel } from '../live/use-live.tsx';
import { LevelIcon } from '../operator/level-icon.tsx';
import { withAt, type JsonObject } from '../parts/json-document.ts';
import { useUnits } from '../words/units.ts';
import { keyLabels, platformOf, pressedAccelerator } from './key-press.ts';

const LOOK_MS = 3_000;

/** What the desktop tells of its keys; null: none runs; undefined: not known yet. */
function useDesktop(): HotkeyReport | null | undefined {
  const { client } = usePanel();
  const [desktop, setDesktop] = useState<HotkeyReport | null | undefined>(undefined);
  useEffect(() => {
    let gone = false;
    // While the agent starts again, what was told last stands.
    const read = () => void client.call('hotkeys.read', {}).then((answer) => (gone ? undefined : setDesktop(answer.desktop)), () => undefined); // prettier-ignore
    read();
    const timer = setInterval(read, LOOK_MS);
    return () => {
      gone = true;
      clearInterval(timer);
    };
  }, [client]);
  return desktop;
}

function Keys({ accelerator, platform }: { accelerator: string; platform: KeyPlatform }) {
  const labels = keyLabels(accelerator, platform);
  return (
    <span className="hotkey-keys">
      {labels.map((label, i) => <kbd key={i}>{label}</kbd>)}
    </span>
  );
} // prettier-ignore

/** Listens for one press. Escape and Tab alone leave it, so that the keyboard is never caught. */
function Capture({ label, onKeys, onLeave }: { label: string; onKeys: (accelerator: string) => void; onLeave: () => void }) {
  const { t } = useTranslation();
  const units = useUnits();
  const box = useRef<HTMLButtonElement>(null);
  const [wrong, setWrong] = useState<string | null>(null);
  useEffect(() => box.current?.focus(), []);
  const hear = (event: KeyboardEvent) => {
    const isPlain = !event.ctrlKey && !event.altKey && !event.metaKey;
    if (isPlain && event.key === 'Tab') return onLeave();
    // The pages' own keys must not act on it.
    event.preventDefault();
    event.stopPropagation();
    if (isPlain && event.key === 'Escape') return onLeave();
    const here = platformOf(navigator.userAgent);
    const accelerator = pressedAccelerator(event, here);
    if (accelerator === null) return undefined;
    const parsed = parseAccelerator(accelerator, here);
    if (parsed.ok) return onKeys(accelerator);
    return setWrong(units.words(parsed.problem));
  };
  return (
    <>
      <button ref={box} type="button" className="button small hotkey-capture" aria-label={`${label}: ${t('hotkeys.press')}`} onKeyDown={hear} onBlur={onLeave}>
        {t('hotkeys.press')}
      </button>
      <span className={wrong === null ? 'dim' : 'wrong-text'} role="status">{wrong ?? t('hotkeys.leave')}</span>
    </>
  );
} // prettier-ignore

interface RowProps {
  readonly action: HotkeyAction;
  readonly map: HotkeyMap;
  readonly platform: KeyPlatform;
  /** What is wrong with its key, in words. */
  readonly problem: string | null;
  /** What else its key is for. */
  readonly note: string | null;
  readonly onKeys: (accelerator: string | null | undefined) => void;
}

function Row({ action, map, platform, problem, note, onKeys }: RowProps) {
  const { t } = useTranslation();
  const units = useUnits();
  const [listens, setListens] = useState(false);
  const change = useRef<HTMLButtonElement>(null);
  const { words, first } = HOTKEY_ACTIONS[action];
  const label = units.words(words);
  const accelerator = acceleratorOf(map, action);
  const stop = () => setListens(false);
  const take = (next: string) => {
    stop();
    onKeys(next);
    // Where the keyboard was, so that Tab goes on from there.
    requestAnimationFrame(() => change.current?.focus());
  };
  return (
    <div className={`schema-field ${problem === null ? '' : 'wrong'}`} data-path={`hotkeys.${action}`} role="group" aria-label={label}>
      <span className="hotkey-name">{label}</span>
      <div className="schema-input hotkey-input">
        {accelerator === null ? <span className="dim">{t('hotkeys.none')}</span> : <Keys accelerator={accelerator} platform={platform} />}
        {listens ? (
          <Capture label={label} onKeys={take} onLeave={stop} />
        ) : (
          <button ref={change} type="button" className="button small" aria-label={`${label}: ${t('hotkeys.change')}`} onClick={() => setListens(true)}>
            <Keyboard size={12} aria-hidden="true" /> {t('hotkeys.change')}
          </button>
        )}
        {accelerator === null || listens ? null : (
          <button type="button" className="button small" aria-label={`${label}: ${t('hotkeys.take')}`} onClick={() => onKeys(first === null ? undefined : null)}>{t('hotkeys.take')}</button>
        )}
        {accelerator === first || first === null || listens ? null : (
          <button type="button" className="button small" aria-label={`${label}: ${t('hotkeys.toFirst')}`} onClick={() => onKeys(undefined)}>
            <RotateCcw size={12} aria-hidden="true" /> <Keys accelerator={first} platform={platform} />
          </button>
        )}
      </div>
      <p className="schema-about">
        {problem === null ? null : <span className="wrong-text" role="alert">{problem} </span>}
        {note === null ? null : <span>{note}</span>}
      </p>
    </div>
  );
} // prettier-ignore

/** Keys that act in every program of the computer where the desktop runs: what each does, and what is wrong with it. */
export function HotkeySection({ map, problems, onChange }: { map: JsonObject; problems: readonly SettingsProblem[]; onChange: (map: JsonObject) => void }) {
  const { t } = useTranslation();
  const units = useUnits();
  const desktop = useDesktop();
  const platform = desktop?.platform ?? platformOf(navigator.userAgent);
  const keys = map as HotkeyMap;
  const checked = checkHotkeys(keys, platform);
  const problemOf = (action: HotkeyAction): string | null => {
    const own = checked.problems.find((one) => one.action === action);
    if (own !== undefined) return t('hotkeys.wrong', { why: units.words(own.problem) });
    const accelerator = acceleratorOf(keys, action);
    if (desktop?.refused.some((one) => one.action === action && one.accelerator === accelerator) === true) return t('hotkeys.refused');
    return problems.find(({ path }) => path === `hotkeys.${action}`)?.message ?? null;
  };
  const noteOf = (action: HotkeyAction): string | null => {
    const accelerator = acceleratorOf(keys, action);
    const parsed = accelerator === null ? null : parseAccelerator(accelerator, platform);
    const use = parsed?.ok === true ? pageUse(parsed.canonical) : null;
    return use === null ? null : t('hotkeys.pageUse', { what: units.words(use) });
  };
  return (
    <>
      <p className="dim">{t('hotkeys.lead')}</p>
      {desktop === undefined ? null : (
        <p className="hotkey-state" role="status">
          <LevelIcon level={desktop === null ? 'off' : 'ok'} /> {desktop === null ? t('hotkeys.noDesktop') : t('hotkeys.desktop', { system: t(`hotkeys.system.${desktop.platform}`) })}
        </p>
      )}
      <div className="schema-form">
        {HOTKEY_NAMES.map((action) => (
          <Row key={action} action={action} map={keys} platform={platform} problem={problemOf(action)} note={noteOf(action)} onKeys={(next) => onChange(withAt(map, [action], next))} />
        ))}
      </div>
      <p className="dim">{t('hotkeys.nothing')}</p>
    </>
  );
} // prettier-ignore
