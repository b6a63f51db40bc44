import { AgentConfig, type SettingsDone } from '@livecue/shared/contract';
import { PanelCallError } from '../panel/panel-call-error.ts';
import type { PanelBackend, PanelCaller } from '../ports.ts';
import { maskedUrls } from '../setup/settings/url-password.ts';
import type { Restart, SettingsBook } from './settings-book.ts';
import { connectorForms, settingsSchema } from './settings-form.ts';
import { setupCalls } from './setup-calls.ts';
import { notDone } from './settings-book.ts';
import { nameOf, previewed, type SettingsArgs, type SettingsDeskPorts, type SettingsResult, type SettingsVerb } from './settings-ports.ts'; // prettier-ignore

/** What the Settings page asks: settings with their versions, secrets, the setup as a file, backups. */
export function createSettingsDesk(ports: SettingsDeskPorts): { answering<B extends PanelBackend>(backend: B): B } {
  const { book, secrets, control, nowMs } = ports;
  /** The way to the next agent, or null: the change waits for the end of the show. */
  const wayOn = (when: 'now' | 'between-shows'): Restart | null => when === 'between-shows' && control.showRuns() ? null : control.again; // prettier-ignore
  const change = async (make: () => Promise<SettingsDone>): Promise<SettingsDone> => {
    if (control.remote.onTrial) return notDone('cloud-on-trial');
    return make();
  };
  const preview = (settings: unknown) => previewed(ports, settings);
  const verbs: {
    readonly [V in SettingsVerb]: (args: SettingsArgs<V>, caller: PanelCaller) => Promise<SettingsResult<V>>;
  } = {
    ...setupCalls(ports),
    'settings.read': async () => {
      const { trial, waiting, last } = book.state;
      const changes = waiting === null ? [] : (await book.preview(waiting.settings)).changes;
      return {
        settings: maskedUrls(await book.present()),
        basis: await book.basis(),
        versions: await book.versions(),
        over: overOf(control.remote.over),
        trial,
        waiting: waiting === null ? null : { by: waiting.by, note: waiting.note, atMs: waiting.atMs, changes },
        last,
        showRuns: control.showRuns(),
        nowMs: nowMs(),
      };
    },
    'settings.form': async () => ({ schema: settingsSchema(), connectors: connectorForms() }),
    'settings.preview': ({ settings }) => preview(settings),
    'settings.apply': ({ settings, basis, when, note }, caller) =>
      change(() => book.apply(settings, basis, { by: nameOf(caller), note }, wayOn(when))),
    'settings.version': async ({ number }) => {
      const settings = await book.readVersion(number);
      if (settings === null) throw new PanelCallError('not-found', `settings.version: version ${number} is no longer kept.`); // prettier-ignore
      return { settings: maskedUrls(settings), preview: await preview(settings) };
    },
    'settings.restore': async ({ number, when }, caller) => {
      const settings = await book.readVersion(number);
      if (settings === null) return notDone('not-kept');
      return change(() => book.apply(settings, null, { by: nameOf(caller), note: `↺ ${number}` }, wayOn(when)));
    },
    'settings.waiting': async ({ act }) => {
      if (act === 'now') return change(() => book.applyWaiting(control.again));
      await book.dropWaiting();
      return notDone(null);
    },
    'settings.secrets': async () => ({
      secrets: secrets.list(await presentConfig(book)),
      keystore: secrets.keystore,
      pending: secrets.pending,
    }),
    'settings.secret': async ({ name, field, secret }) => ({ sinceMs: await secrets.set(name, field, secret) }),
    'settings.restart': async () => ({ begun: await control.again() }),
  };
  return {
    answering: (backend) => ({
      ...backend,
      call: (verb, args, caller) =>
        Object.hasOwn(verbs, verb)
          ? (verbs[verb as SettingsVerb] as (args: unknown, caller: PanelCaller) => Promise<unknown>)(args, caller)
          : backend.call(verb, args, caller),
    }),
  };
}

/** What the cloud side lays over the studio's own, by dotted path; lists are values. */
function overOf(over: Readonly<Record<string, unknown>>, path = ''): { path: string; value: string }[] {
  return Object.entries(over).flatMap(([key, value]) => {
    const at = path === '' ? key : `${path}.${key}`;
    const isSection = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isSection ? overOf(value as Record<string, unknown>, at) : [{ path: at, value: JSON.stringify(value) }];
  });
}

/** Of what the file holds; the defaults where somebody's hand left something that is none. */
async function presentConfig(book: SettingsBook): Promise<AgentConfig> {
  return AgentConfig.safeParse(await book.present()).data ?? AgentConfig.parse({});
}
