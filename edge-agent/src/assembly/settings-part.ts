import type { SettingsDocument } from '@livecue/shared/contract';
import type { PanelBackend } from '../ports.ts';
import type { Logger } from '../runtime/logger.ts';
import { sealOverChannel, type SealChannel, type SecretSeal } from '../setup/settings/secret-seal.ts';
import type { CatalogueBook } from './catalogue-book.ts';
import { createCatalogueDesk } from './catalogue-desk.ts';
import { createFirstRunDesk } from './first-run-desk.ts';
import type { FleetControl } from './fleet-part.ts';
import { openSecretBook, type SecretBook } from './secret-book.ts';
import { openSettingsBook, type SettingsBook } from './settings-book.ts';
import { checkSettings } from './settings-check.ts';
import { createSettingsDesk } from './settings-desk.ts';
import { createSetupKeeper, type SetupKeeper } from './setup-keeper.ts';
import { openTemplateBook } from './template-book.ts';
import { createTemplateDesk } from './template-desk.ts';
import { Uploads } from './uploads.ts';

export interface SettingsPartPorts {
  readonly nowMs: () => number;
  readonly logger: Logger;
  readonly catalogue: CatalogueBook;
  /** The keystore of the system, where there is one. */
  readonly seal: SecretSeal | null;
}

/** The set-up of an agent over the life of the process: settings, secrets, catalogue, backups. */
export interface SettingsPart {
  readonly book: SettingsBook;
  readonly secrets: SecretBook;
  readonly keeper: SetupKeeper;
  /** The pages Settings and Catalogue, for the agent that `control` starts again. */
  desk(
    control: FleetControl,
    facts: { readonly currency: string },
  ): { answering<B extends PanelBackend>(backend: B): B };
}

/** @param places `file`: the configuration; `without`: what is in force while there is none. */
export async function openSettingsPart(
  ports: SettingsPartPorts,
  places: { readonly folder: string; readonly file: string; readonly without: SettingsDocument; readonly program: string },
): Promise<SettingsPart> {
  const { nowMs, logger, catalogue, seal } = ports;
  const { folder, file, without, program } = places;
  const secrets = await openSecretBook({ nowMs, seal, logger }, folder);
  const book = await openSettingsBook({ nowMs, logger, check: (settings, depth) => checkSettings(settings, secrets.of, depth) }, { file, folder }, without);
  const templates = openTemplateBook(folder, nowMs);
  const keeper = createSetupKeeper({ nowMs, logger, settings: book, catalogue, templates }, { folder, program });
  const uploads = new Uploads();
  return {
    book,
    secrets,
    keeper,
    desk(control, facts) {
      /** What was just changed on disk is copied before the next agent reads it. */
      const kept: FleetControl = {
        ...control,
        again: (change) =>
          control.again(async (ratio) => {
            const made = change === undefined || (await change(ratio));
            if (made) await keeper.backUp('change');
            return made;
          }),
      };
      const settings = createSettingsDesk({ book, secrets, keeper, catalogue, uploads, control: kept, nowMs });
      const products = createCatalogueDesk({ book: catalogue, uploads, restart: () => kept.again() }, facts);
      const shows = createTemplateDesk({ book, keeper, catalogue, templates, control: kept, nowMs });
      const firstRun = createFirstRunDesk({ settings: book, catalogue }, folder);
      return { answering: (backend) => firstRun.answering(shows.answering(settings.answering(products.answering(backend)))) };
    },
  };
} // prettier-ignore

/** The keystore behind the desktop that started this process, or null when nothing did. */
export function desktopKeystore(name: string | undefined, channel: SealChannel | undefined): SecretSeal | null {
  return name === undefined || name === '' || channel === undefined ? null : sealOverChannel(channel, name);
}
