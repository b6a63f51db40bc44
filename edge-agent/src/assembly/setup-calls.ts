import { AgentConfig, type Catalogue } from '@livecue/shared/contract';
import { PanelCallError } from '../panel/panel-call-error.ts';
import type { PanelCaller } from '../ports.ts';
import { catalogueDiff } from '../setup/catalogue-import/catalogue-diff.ts';
import { readSetup, type Setup } from '../setup/settings/setup-file.ts';
import { hashOf } from '../store/versioned-json.ts';
import { notDone } from './settings-book.ts';
import { nameOf, previewed, type SettingsArgs, type SettingsDeskPorts, type SettingsResult, type SettingsVerb } from './settings-ports.ts'; // prettier-ignore
import { checkSettings, type SecretsOf } from './settings-check.ts';
import { readTemplates, TEMPLATES_FILE } from './template-book.ts';

type FileVerb = Extract<SettingsVerb, `setup.${string}` | `backup.${string}`>;
type Calls = { readonly [V in FileVerb]: (args: SettingsArgs<V>, caller: PanelCaller) => Promise<SettingsResult<V>> };

/** The whole setup out as a file, and in again from a file or a backup. */
export function setupCalls(ports: SettingsDeskPorts): Calls {
  const { book, keeper, catalogue, control } = ports;
  const read = (from: SettingsArgs<'setup.preview'>['from']) => {
    const bytes = 'backup' in from ? keeper.readBackup(from.backup) : ports.uploads.file(from.uploadId).bytes;
    if (bytes === null) throw new PanelCallError('not-found', 'There is no such backup any more. Look at the list again.'); // prettier-ignore
    return readWholeSetup(bytes);
  };
  return {
    'setup.export': () => keeper.export(),
    'backup.list': async () => ({ backups: keeper.backups() }),
    'setup.preview': async ({ from }) => {
      const found = read(from);
      if ('unreadable' in found) return { unreadable: found.unreadable, summary: null, preview: null, catalogue: null, missing: [] }; // prettier-ignore
      const { madeMs, agentId, program, catalogue: products } = found.setup;
      const { settings, missing } = withoutLackingSources(found.setup.settings, ports.secrets.of);
      const templates = templatesIn(found.setup);
      return {
        unreadable: null,
        summary: {
          madeMs,
          agentId,
          program,
          products: products?.products.length ?? null,
          templates: templates !== null && 'templates' in templates ? templates.templates.length : null,
        },
        preview: await previewed(ports, settings),
        catalogue: await catalogueChanges(products),
        missing,
      };
    },
    'setup.import': async ({ from, basis, catalogue: withCatalogue, when, note }, caller) => {
      const found = read(from);
      if ('unreadable' in found) throw new PanelCallError('bad-request', found.unreadable);
      if (control.remote.onTrial) return notDone('cloud-on-trial');
      if ((await book.basis()) !== basis) return notDone('changed-meanwhile');
      return take(withCatalogue ? found.setup : { ...found.setup, catalogue: null }, when, {
        by: nameOf(caller),
        note,
      });
    },
  };

  async function take(setup: Setup, when: 'now' | 'between-shows', { by, note }: { by: string; note: string }) {
    const { settings } = withoutLackingSources(setup.settings, ports.secrets.of);
    const { problems } = await book.preview(settings);
    if (problems.length > 0) return notDone('problems', problems);
    // Settings may wait for the end of the show; the catalogue comes with the next start either way.
    const waits = when === 'between-shows' && control.showRuns();
    const differs = setup.catalogue !== null && hashOf(setup.catalogue) !== (await catalogue.basis());
    await keeper.put(setup, by, note);
    const order = { by, note: note === '' ? '⇩' : note };
    const done = await book.apply(settings, null, order, waits ? null : control.again);
    if (done.reason !== 'nothing-changes' || !differs) return done;
    if (!waits) await control.again();
    return notDone(null, [], waits);
  }

  async function catalogueChanges(products: Catalogue | null) {
    if (products === null) return null;
    const { counts } = catalogueDiff(await catalogue.present(), products, products.products);
    return { added: counts.added, changed: counts.changed, gone: counts.gone };
  }
}

/** As `readSetup`, and that its templates can be taken: that is told before anything is changed, not in the middle of it. */
export function readWholeSetup(bytes: Uint8Array): ReturnType<typeof readSetup> {
  const found = readSetup(bytes);
  const templates = 'setup' in found ? templatesIn(found.setup) : null;
  if (templates === null || 'templates' in templates) return found;
  return { unreadable: `its templates: ${templates.problem}. Export the setup again` };
}

/** Null: it brings none, and those that are there stay. */
const templatesIn = ({ files }: Setup) => (files[TEMPLATES_FILE] === undefined ? null : readTemplates(files[TEMPLATES_FILE])); // prettier-ignore

/** Sources whose secrets are not set on this machine come switched off, and what they lack is told. */
export function withoutLackingSources(
  settings: Record<string, unknown>,
  secretsOf: SecretsOf,
): { settings: Record<string, unknown>; missing: { name: string; field: string }[] } {
  const missing = checkSettings(settings, secretsOf).problems.flatMap(({ secret }) =>
    secret === null ? [] : [secret],
  );
  const names = new Set(missing.map(({ name }) => name));
  const { data: connectors } = AgentConfig.shape.connectors.safeParse(settings['connectors']);
  if (names.size === 0 || connectors === undefined) return { settings, missing };
  const off = connectors.map((entry) => (names.has(entry.name) ? { ...entry, enabled: false } : entry));
  return { settings: { ...settings, connectors: off }, missing };
}
