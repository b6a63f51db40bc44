import { useId, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { PanelState } from '@livecue/shared/contract';
import { LevelIcon } from '../operator/level-icon.tsx';
import { at, isObject, withAt, type JsonObject } from '../parts/json-document.ts';
import { TroubleText } from '../parts/trouble-text.tsx';
import { ReviewBar } from '../settings/review-bar.tsx';
import { SourceSection } from '../settings/source-section.tsx';
import { NotDone, TrialLine } from '../settings/trial-line.tsx';
import { useChange, useDraft, useSettings } from '../settings/use-settings.ts';
import { chooseLanguage } from '../words/i18n.ts';
import { useUnits } from '../words/units.ts';

/** After so long without an event it is said what to look for. */
const QUIET_MS = 30_000;

/** Settings that are edited here, looked at, and applied as on the page Settings. */
function useEdited() {
  const settings = useSettings();
  const draft = useDraft(settings.facts);
  const { change, busy, done, forget } = useChange(settings.again);
  const edit = (next: JsonObject) => {
    forget();
    draft.setDraft(next);
  };
  const bar = (
    <>
      <NotDone done={done} />
      {settings.facts === null ? null : (
        <TrialLine facts={settings.facts} may onWaiting={(act) => void change('settings.waiting', { act })} onRestore={(number) => void change('settings.restore', { number })} />
      )}
      {draft.isChanged ? (
        <ReviewBar preview={draft.preview} busy={busy} onDrop={() => draft.setDraft(null)} onGo={() => undefined} onApply={(when, note) => void change('settings.apply', { settings: { ...draft.settings }, basis: draft.preview?.basis ?? '', when, note }).then((ok) => ok && draft.setDraft(null))} />
      ) : null}
    </>
  ); // prettier-ignore
  return { ...settings, ...draft, edit, bar };
}

function Line({ label, about, children }: { label: ReactNode; about: string; children: ReactNode }) {
  return (
    <div className="schema-field">
      {label}
      <div className="schema-input">{children}</div>
      <p className="schema-about">{about}</p>
    </div>
  );
}

/** Language, the room's name, and whether other devices may open the panel. */
export function RoomStep() {
  const { t } = useTranslation();
  const units = useUnits();
  const id = useId();
  const { settings, trouble, edit, bar } = useEdited();
  if (settings === null) return <p className="empty">{trouble ?? t('settings.reading')}</p>;
  const name = String(at(settings, ['room', 'name']) ?? '');
  const isOpen = at(settings, ['panel', 'host']) === '0.0.0.0';
  return (
    <>
      <div className="schema-form">
        <Line label={<label htmlFor={`${id}-language`}>语言 · Language</label>} about={t('firstRun.languageAbout')}>
          <select id={`${id}-language`} value={units.language} onChange={({ target }) => {
            chooseLanguage(target.value === 'zh' ? 'zh' : 'en');
            edit(withAt(settings, ['language'], target.value === 'zh' ? undefined : 'en'));
          }}>
            <option value="zh">中文</option>
            <option value="en">English</option>
          </select>
        </Line>
        <Line label={<label htmlFor={`${id}-name`}>{t('firstRun.roomName')}</label>} about={t('firstRun.roomNameAbout')}>
          <input id={`${id}-name`} type="text" maxLength={256} value={name} onChange={({ target }) => edit(withAt(settings, ['room', 'name'], target.value === '' ? undefined : target.value))} />
        </Line>
        <Line label={<label htmlFor={`${id}-open`}>{t('firstRun.tablets')}</label>} about={t('firstRun.tabletsAbout')}>
          <input id={`${id}-open`} type="checkbox" role="switch" checked={isOpen} onChange={({ target }) => edit(withAt(settings, ['panel', 'host'], target.checked ? '0.0.0.0' : undefined))} />
        </Line>
      </div>
      {bar}
    </>
  );
} // prettier-ignore

/** What comes from a source that was added, as it is: connected is not the same as events. */
function Arrivals({ state, nowMs, names }: { state: PanelState; nowMs: number; names: readonly string[] }) {
  const { t } = useTranslation();
  const units = useUnits();
  const sources = state.sources.filter(({ name }) => names.includes(name));
  const sinceMs = nowMs - state.startedMs;
  return (
    <ul className="rows arrivals" aria-label={t('firstRun.arrivals')}>
      {sources.map((source) => {
        const isWrong = source.state === 'failed' || source.problem !== null;
        const level = isWrong ? 'wrong' : source.events > 0 ? 'ok' : sinceMs > QUIET_MS ? 'warn' : 'off';
        return (
          <li key={source.name} className={`row ${level}`} data-source={source.name}>
            <LevelIcon level={level} />
            <div className="row-main">
              <div className="row-line">
                <strong>{source.name}</strong>
                <span className="dim">{t(`sources.state.${source.state}`)}</span>
                <span className="row-end">{t('firstRun.events', { n: units.count(source.events) })}</span>
              </div>
              {isWrong ? (
                source.problem === null ? <p className="remedy">{t('firstRun.failed')}</p> : <TroubleText trouble={source.trouble} problem={source.problem} />
              ) : source.events > 0 ? (
                <p className="good-text">{t('firstRun.works')}</p>
              ) : (
                <p className="dim">{sinceMs > QUIET_MS ? t('firstRun.silent', { age: units.age(sinceMs) }) : t('firstRun.waiting', { age: units.age(Math.max(0, sinceMs)) })}</p>
              )}
            </div>
          </li>
        );
      })}
    </ul>
  );
} // prettier-ignore

/** Where viewers are: platforms and shops by their forms, and what comes of them; or practice without any. */
export function SourceStep({ state, nowMs }: { state: PanelState; nowMs: number }) {
  const { t } = useTranslation();
  const { settings, forms, secrets, problems, trouble, edit, again, checkAgain, facts, bar } = useEdited();
  if (settings === null || forms === null) return <p className="empty">{trouble ?? t('settings.reading')}</p>;
  const entries = (value: unknown) => (Array.isArray(value) ? value.filter(isObject) : []);
  const inForce = entries(facts?.settings['connectors']).map(({ name }) => String(name));
  const onSecrets = () => {
    again();
    checkAgain();
  };
  return (
    <>
      <SourceSection entries={entries(settings['connectors'])} forms={forms.connectors} secrets={secrets} problems={problems} may onChange={(next) => edit(withAt(settings, ['connectors'], next.length === 0 ? undefined : next))} onSecrets={onSecrets} />
      {bar}
      {inForce.length === 0 ? null : <Arrivals state={state} nowMs={nowMs} names={inForce} />}
      <p className="dim first-run-else">
        {t('firstRun.practice')} <a href="#/rehearsal">{t('firstRun.practiceGo')}</a>
      </p>
    </>
  );
} // prettier-ignore
