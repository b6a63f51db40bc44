/** Settings, templates, first run and log of the scripted room: the agent's own desks on a folder of their own, whose agent starts again at once. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { PanelVerb } from '@livecue/shared/contract';
import { createFirstRunDesk } from '../../edge-agent/src/assembly/first-run-desk.ts';
import type { FleetControl } from '../../edge-agent/src/assembly/fleet-part.ts';
import { answeringLog } from '../../edge-agent/src/assembly/log-desk.ts';
import { openSecretBook } from '../../edge-agent/src/assembly/secret-book.ts';
import { openSettingsBook, type SettingsBook } from '../../edge-agent/src/assembly/settings-book.ts';
import { checkSettings } from '../../edge-agent/src/assembly/settings-check.ts';
import { createSettingsDesk } from '../../edge-agent/src/assembly/settings-desk.ts';
import { createSetupKeeper, type SetupKeeper } from '../../edge-agent/src/assembly/setup-keeper.ts';
import { openTemplateBook } from '../../edge-agent/src/assembly/template-book.ts';
import { createTemplateDesk } from '../../edge-agent/src/assembly/template-desk.ts';
import type { PanelBackend, PanelCaller } from '../../edge-agent/src/ports.ts';
import type { ScriptedCatalogue } from './scripted-catalogue.ts';
import { scriptedFolder } from './scripted-folder.ts';

export interface ScriptedSettings {
  /** A show is on. */
  showRuns: boolean;
  /** What the cloud side has laid over. */
  over: Record<string, unknown>;
  /** How often the agent has started again. */
  restarts: number;
  /** Where all of it lies. */
  readonly folder: string;
  /** Everything that lies on disk. */
  onDisk(file: string): string;
  book(): Promise<SettingsBook>;
  keeper(): Promise<SetupKeeper>;
  call(verb: PanelVerb, args: unknown, caller: PanelCaller): Promise<unknown>;
}

export function createScriptedSettings(nowMs: () => number, catalogue: ScriptedCatalogue): ScriptedSettings {
  const folder = scriptedFolder();
  const quiet = () => undefined;
  const logger = { debug: quiet, info: quiet, warn: quiet, error: quiet };
  const open = async () => {
    const secrets = await openSecretBook({ nowMs, seal: null, logger }, folder);
    const book = await openSettingsBook({ nowMs, logger, check: (settings, depth) => checkSettings(settings, secrets.of, depth) }, { file: path.join(folder, 'config.json'), folder }, { room: { name: '夏日家居专场' } }); // prettier-ignore
    await book.starting();
    const templates = openTemplateBook(folder, nowMs);
    const keeper = createSetupKeeper({ nowMs, logger, settings: book, catalogue: catalogue.book, templates }, { folder, program: '0.1.0' }); // prettier-ignore
    await keeper.backUp('start');
    const control = {
      async again(change) {
        if (change !== undefined && !(await change(null))) return false;
        scripted.restarts += 1;
        await secrets.take();
        // Once the change is through: the next agent asks after it.
        setTimeout(() => void book.starting().then(() => book.trialBegins(nowMs() + 60_000)), 0);
        return true;
      },
      showRuns: () => scripted.showRuns,
      remote: { onTrial: false, get over() { return scripted.over; } },
    } as FleetControl; // prettier-ignore
    const nobody = { call: () => undefined, state: () => ({ mode: 'simulated' }) } as unknown as PanelBackend;
    const ports = { book, secrets, keeper, catalogue: catalogue.book, uploads: catalogue.uploads, control, nowMs };
    const settings = createTemplateDesk({ ...ports, templates }).answering(createSettingsDesk(ports).answering(nobody));
    const desk = answeringLog(createFirstRunDesk({ settings: book, catalogue: catalogue.book }, folder).answering(settings), folder); // prettier-ignore
    return { book, keeper, desk };
  };
  let opened: ReturnType<typeof open> | null = null;
  const parts = () => (opened ??= open());
  const scripted: ScriptedSettings = {
    showRuns: false,
    over: {},
    restarts: 0,
    folder,
    onDisk: (file) => readFileSync(path.join(folder, file), 'utf8'),
    book: async () => (await parts()).book,
    keeper: async () => (await parts()).keeper,
    call: async (verb, args, caller) => (/^(settings|setup|backup|templates|firstrun|log)\./.test(verb) ? (await parts()).desk.call(verb, args, caller) : undefined), // prettier-ignore
  };
  return scripted;
}
