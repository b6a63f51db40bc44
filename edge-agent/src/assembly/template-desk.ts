import type { PANEL_VERBS, PanelVerb, SettingsDone } from '@livecue/shared/contract';
import type * as z from 'zod';
import { PanelCallError } from '../panel/panel-call-error.ts';
import type { PanelBackend, PanelCaller } from '../ports.ts';
import { catalogueDiff } from '../setup/catalogue-import/catalogue-diff.ts';
import { listed, templateOf, withTemplate, type Template, type TemplateBook } from './template-book.ts';
import { hashOf } from '../store/versioned-json.ts';
import { notDone } from './settings-book.ts';
import { nameOf, previewed, type SettingsDeskPorts } from './settings-ports.ts';

type TemplateVerb = Extract<PanelVerb, `templates.${string}`>;
type Args<V extends TemplateVerb> = z.output<(typeof PANEL_VERBS)[V]['args']>;
type Result<V extends TemplateVerb> = z.output<(typeof PANEL_VERBS)[V]['result']>;
type Ports = Omit<SettingsDeskPorts, 'secrets' | 'uploads'>;

/** Show templates: what is in force under a name, and back again. */
export function createTemplateDesk(ports: Ports & { readonly templates: TemplateBook }): {
  answering<B extends PanelBackend>(backend: B): B;
} {
  const { book, catalogue, templates, nowMs } = ports;
  const find = async (templateId: string): Promise<Template> => {
    const found = (await templates.read()).find((one) => one.templateId === templateId);
    if (found === undefined) throw new PanelCallError('not-found', 'There is no such template any more. Look at the list again.'); // prettier-ignore
    return found;
  };
  const verbs: { readonly [V in TemplateVerb]: (args: Args<V>, caller: PanelCaller) => Promise<Result<V>> } = {
    'templates.read': async () => ({ templates: (await templates.read()).map(listed), undo: templates.undoable() }),
    async 'templates.save'({ name }, caller) {
      const products = await catalogue.present();
      const template = { name, savedMs: nowMs(), by: nameOf(caller), ...templateOf(await book.present()), catalogue: products }; // prettier-ignore
      const templateId = await templates.save(template);
      return { templateId, reason: templateId === null ? 'too-many' : null };
    },
    'templates.rename': async ({ templateId, name }, caller) => ({ renamed: await templates.rename(templateId, name, nameOf(caller)) }),
    'templates.remove': async ({ templateId }, caller) => ({ removed: await templates.remove(templateId, nameOf(caller)) }),
    'templates.undo': async (_args, caller) => ({ undone: await templates.undo(nameOf(caller)) }),
    async 'templates.preview'({ templateId }) {
      const template = await find(templateId);
      const { document, gone } = withTemplate(await book.present(), template);
      const { counts } = catalogueDiff(await catalogue.present(), template.catalogue, template.catalogue.products);
      const { added, changed, gone: left } = counts;
      return { preview: await previewed(ports, document), catalogue: { added, changed, gone: left }, gone };
    },
    'templates.apply': async ({ templateId, basis, when }, caller) => apply(await find(templateId), basis, when, caller),
  }; // prettier-ignore

  async function apply(template: Template, basis: string, when: 'now' | 'between-shows', caller: PanelCaller): Promise<SettingsDone> {
    const { control, keeper } = ports;
    if (control.remote.onTrial) return notDone('cloud-on-trial');
    if ((await book.basis()) !== basis) return notDone('changed-meanwhile');
    const { document } = withTemplate(await book.present(), template);
    const { problems } = await book.preview(document);
    if (problems.length > 0) return notDone('problems', problems);
    // Settings may wait for the end of the show; the catalogue comes with the next start either way.
    const waits = when === 'between-shows' && control.showRuns();
    const differs = hashOf(template.catalogue) !== (await catalogue.basis());
    const [by, note] = [nameOf(caller), `▤ ${template.name}`];
    await keeper.put({ madeMs: nowMs(), program: '', agentId: '', settings: document, catalogue: template.catalogue, files: {} }, by, note);
    const done = await book.apply(document, null, { by, note }, waits ? null : control.again);
    if (done.reason !== 'nothing-changes' || !differs) return done;
    if (!waits) await control.again();
    return notDone(null, [], waits);
  } // prettier-ignore

  return {
    answering: (backend) => ({
      ...backend,
      call: (verb, args, caller) =>
        Object.hasOwn(verbs, verb)
          ? (verbs[verb as TemplateVerb] as (args: unknown, caller: PanelCaller) => Promise<unknown>)(args, caller)
          : backend.call(verb, args, caller),
    }),
  };
}
