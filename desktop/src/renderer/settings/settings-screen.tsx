import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMay } from '../live/use-self.tsx';
import { usePanel } from '../live/use-live.tsx';
import { at, isObject, withAt, type JsonObject } from '../parts/json-document.ts';
import { SchemaForm, type FormSchema } from '../parts/schema-form.tsx';
import { FilesSection } from './files-section.tsx';
import { useFormFacts } from './form-facts.ts';
import { HostLayoutSection } from './host-layout-section.tsx';
import { HotkeySection } from './hotkey-section.tsx';
import { HistorySection } from './history-section.tsx';
import { JsonSection } from './json-section.tsx';
import { ReviewBar } from './review-bar.tsx';
import { SecretSection } from './secret-section.tsx';
import { SourceSection } from './source-section.tsx';
import { NotDone, TrialLine } from './trial-line.tsx';
import { useChange, useDraft, useSettings } from './use-settings.ts';

/** Sections that are drawn from the settings' schema, by their keys in it; `room` also has what stands alone. */
const DRAWN = ['room', 'advise', 'shows', 'uplink', 'panel', 'control', 'ingest', 'stream'] as const;
const SECTIONS = ['room', 'connectors', 'advise', 'shows', 'uplink', 'panel', 'hostScreen', 'hotkeys', 'control', 'ingest', 'stream', 'secrets', 'json', 'history', 'files'] as const; // prettier-ignore
type Section = (typeof SECTIONS)[number];

const sectionOf = (path: string): Section => SECTIONS.find((one) => path === one || path.startsWith(`${one}.`)) ?? 'room'; // prettier-ignore

function objects(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** How the agent is set up: every field with its default, every change looked at first, tried, and kept as a version. */
export function SettingsScreen() {
  const { t } = useTranslation();
  const may = useMay()('settings.apply');
  const { client } = usePanel();
  const { facts, forms, secrets, trouble, setTrouble, again } = useSettings();
  const { settings, isChanged, setDraft, preview, problems, checkAgain } = useDraft(facts);
  const { change, busy, done, forget } = useChange(again);
  const [section, setSection] = useState<Section>('room');
  const form = useFormFacts(problems, facts?.over);
  const schema = (forms?.schema ?? {}) as FormSchema;
  const edit = (next: JsonObject) => {
    forget();
    setDraft(next);
  };
  const restore = (number: number, when: 'now' | 'between-shows' = 'now') => void change('settings.restore', { number, when }).then((ok) => ok && setDraft(null)); // prettier-ignore
  const drawn = (keys: readonly string[]): FormSchema => ({ properties: Object.fromEntries(keys.flatMap((key) => (schema.properties?.[key] === undefined ? [] : [[key, schema.properties[key]]]))) }); // prettier-ignore
  const counts = (one: Section) => problems.filter(({ path }) => sectionOf(path) === one).length;
  return (
    <main className="sent settings">
      <div className="sent-head">
        <h1>{t('settings.title')}</h1>
        <p className="dim">{t('settings.lead')}</p>
        {may ? null : <p className="remedy">{t('settings.readOnly')}</p>}
        {trouble === null ? null : <p className="remedy" role="alert">{t('settings.failed', { why: trouble })}</p>}
        <NotDone done={done} />
        {facts === null ? null : <TrialLine facts={facts} may={may} onWaiting={(act) => void change('settings.waiting', { act })} onRestore={restore} />}
        {secrets?.pending === true && may ? (
          <p className="trial-line" role="status">
            {t('settings.pending')}{' '}
            <button type="button" className="button small" onClick={() => void client.call('settings.restart', {}).catch((error: unknown) => setTrouble(String(error)))}>{t('settings.restart')}</button>
          </p>
        ) : null}
      </div>
      <nav className="section settings-side" aria-label={t('settings.sections')}>
        {SECTIONS.map((one) => (
          <button key={one} type="button" className="settings-link" aria-current={one === section ? 'true' : undefined} onClick={() => setSection(one)}>
            {t(`settings.section.${one}`)} {counts(one) === 0 ? null : <span className="wrong-text">{t('settings.wrong', { n: counts(one) })}</span>}
          </button>
        ))}
      </nav>
      <section className="section settings-work" tabIndex={0} aria-label={t(`settings.section.${section}`)}>
        {facts === null || settings === null || forms === null ? (
          <p className="empty" role="status">{t('settings.reading')}</p>
        ) : (
          <>
            <h2>{t(`settings.section.${section}`)}</h2>
            <fieldset className="bare" disabled={!may}>
              {DRAWN.some((one) => one === section) ? (
                <>
                  {section === 'room' ? <SchemaForm schema={drawn(['agentId', 'language'])} value={settings} path="" facts={form} onChange={edit} /> : null}
                  <SchemaForm schema={schema.properties?.[section] ?? {}} value={objectAt(settings, section)} path={section} facts={form} onChange={(next) => edit(withAt(settings, [section], orNothing(next)))} />
                </>
              ) : null}
              {section === 'connectors' ? <SourceSection entries={objects(settings['connectors'])} forms={forms.connectors} secrets={secrets} problems={problems} may={may} onChange={(next) => edit(withAt(settings, ['connectors'], next.length === 0 ? undefined : next))} onSecrets={() => { again(); checkAgain(); }} /> : null}
              {section === 'hotkeys' ? <HotkeySection map={objectAt(settings, 'hotkeys')} problems={problems} onChange={(next) => edit(withAt(settings, ['hotkeys'], orNothing(next)))} /> : null}
              {section === 'hostScreen' ? <HostLayoutSection layout={objectAt(settings, 'hostScreen')} problems={problems} onChange={(next) => edit(withAt(settings, ['hostScreen'], orNothing(next)))} /> : null}
              {section === 'json' ? <JsonSection settings={settings} isDraft={isChanged} problems={problems} onChange={edit} /> : null}
              {section === 'secrets' && secrets !== null ? <SecretSection secrets={secrets} may={may} onChanged={() => { again(); checkAgain(); }} /> : null}
            </fieldset>
            {section === 'history' ? <HistorySection facts={facts} may={may} onRestore={restore} /> : null}
            {section === 'files' ? <FilesSection key={facts.basis} may={may} onImport={(args) => change('setup.import', args)} /> : null}
          </>
        )}
        {isChanged && may ? (
          <ReviewBar preview={preview} busy={busy} onDrop={() => setDraft(null)} onGo={(path) => setSection(sectionOf(path))} onApply={(when, note) => void change('settings.apply', { settings: { ...settings }, basis: preview?.basis ?? '', when, note }).then((ok) => ok && setDraft(null))} />
        ) : null}
      </section>
    </main>
  );
} // prettier-ignore

/** A section in which nothing is said is left out. */
const orNothing = (section: JsonObject): JsonObject | undefined => (Object.keys(section).length === 0 ? undefined : section); // prettier-ignore

function objectAt(settings: JsonObject, section: string): JsonObject {
  const value = at(settings, [section]);
  return isObject(value) ? value : {};
}
