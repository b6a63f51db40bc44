import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { Catalogue, type BackupRow } from '@livecue/shared/contract';
import type { Logger } from '../runtime/logger.ts';
import { readSetup, setupText, type Setup } from '../setup/settings/setup-file.ts';
import { strippedUrls } from '../setup/settings/url-password.ts';
import { makeFolder, replaceFile } from '../store/durable-file.ts';
import { DurableJsonFile } from '../store/json-file.ts';
import { hashOf } from '../store/versioned-json.ts';
import type { CatalogueBook } from './catalogue-book.ts';
import type { SettingsBook } from './settings-book.ts';
import { TEMPLATES_FILE, type TemplateBook } from './template-book.ts';

/** Files that belong to a setup beside settings and catalogue, in exports and backups. */
export const SETUP_FILES = [TEMPLATES_FILE] as const;
/** State that cannot be made again: in backups alone, and put back only where it is missing. */
const STATE_FILES = ['remote-config.json', 'config.versions.json', 'catalogue.versions.json', 'catalogue-headings.json', 'delivered-models.json'] as const; // prettier-ignore
const CONFIG_VERSION = /^config\.\d+\.json$/;
const BACKUPS_KEPT = 30;
const KEPT_DAYS = 90;
/** However old they are. */
const KEPT_ANYWAY = 5;
const NAME = /^(\d{8}T\d{6}Z-\d{1,4})-(start|change|import)\.json$/;

export interface SetupKeeperPorts {
  readonly nowMs: () => number;
  readonly logger: Logger;
  readonly settings: SettingsBook;
  readonly catalogue: CatalogueBook;
  readonly templates: Pick<TemplateBook, 'replace'>;
}

/** The whole setup as one file, out of the data folder and into its backups. */
export interface SetupKeeper {
  export(): Promise<{ readonly name: string; readonly text: string }>;
  /** Copies the setup into `backups/`, unless the newest is the same; null: so it was, or it failed, which is logged. */
  backUp(cause: BackupRow['cause']): Promise<string | null>;
  backups(): BackupRow[];
  /** Null: there is no such backup (any more). */
  readBackup(name: string): Uint8Array | null;
  /** Takes templates, catalogue and other files of a setup, each as a version of its own; files of its state only where they are missing. */
  put(setup: Setup, by: string, note: string): Promise<void>;
}

export function createSetupKeeper(
  ports: SetupKeeperPorts,
  facts: { readonly folder: string; readonly program: string },
): SetupKeeper {
  const folder = path.join(facts.folder, 'backups');
  const fileOf = (name: string) => new DurableJsonFile(path.join(facts.folder, name), 0o600);

  type Read = (name: string) => Promise<unknown>;
  const readFile: Read = (name) => fileOf(name).read();
  /** A damaged file beside the settings keeps no copy of all others from being made. */
  const readOrLeaveOut: Read = (name) =>
    readFile(name).catch((error: unknown) => {
      ports.logger.warn(`copying the setup into ${folder}: ${(error as Error).message} ${name} is left out.`);
      return null;
    });

  const collect = async (names: readonly string[], read: Read): Promise<Setup> => {
    const settings = strippedUrls(await ports.settings.present());
    const files: Record<string, unknown> = {};
    for (const name of names) {
      const value = await read(name);
      if (value !== null) files[name] = strippedUrls(value);
    }
    const agentId = typeof settings['agentId'] === 'string' ? settings['agentId'] : 'studio-1';
    return { madeMs: ports.nowMs(), program: facts.program, agentId, settings, catalogue: await ports.catalogue.present(), files }; // prettier-ignore
  };

  const rows = (): (BackupRow & { file: string })[] => {
    if (!existsSync(folder)) return [];
    const found = readdirSync(folder).flatMap((file) => {
      const [, name, cause] = NAME.exec(file) ?? [];
      if (name === undefined) return [];
      const atMs = Date.UTC(+name.slice(0, 4), +name.slice(4, 6) - 1, +name.slice(6, 8), +name.slice(9, 11), +name.slice(11, 13), +name.slice(13, 15)); // prettier-ignore
      return [{ file, name, atMs, bytes: statSync(path.join(folder, file)).size, cause: cause as BackupRow['cause'] }];
    });
    return found.sort((a, b) => b.atMs - a.atMs || Number(b.name.split('-')[1]) - Number(a.name.split('-')[1]));
  };

  const isSame = (newest: string | undefined, setup: Setup): boolean => {
    if (newest === undefined) return false;
    const read = readSetup(readFileSync(path.join(folder, newest)));
    if ('unreadable' in read) return false;
    // Its own state goes on with every start; what people set does not.
    const told = ({ settings, catalogue, files }: Setup) => hashOf([settings, catalogue, SETUP_FILES.map((name) => files[name] ?? null)]); // prettier-ignore
    return told(read.setup) === told(setup);
  };

  /** `newest` stays also where a clock that was set back has it among the oldest. */
  const removeOld = (newest: string) => {
    const oldestMs = ports.nowMs() - KEPT_DAYS * 86_400_000;
    rows().forEach(({ file, atMs }, i) => {
      if (file !== newest && (i >= BACKUPS_KEPT || (i >= KEPT_ANYWAY && atMs < oldestMs)))
        rmSync(path.join(folder, file));
    });
  };

  const write = async (cause: BackupRow['cause']): Promise<string | null> => {
    const versions = readdirSync(facts.folder).filter((name) => CONFIG_VERSION.test(name));
    const setup = await collect([...SETUP_FILES, ...STATE_FILES, ...versions], readOrLeaveOut);
    const present = rows();
    if (isSame(present[0]?.file, setup)) return null;
    makeFolder(folder);
    const stamp = new Date(ports.nowMs()).toISOString().replace(/[-:]|\.\d+/g, '');
    const taken = present.filter(({ name }) => name.startsWith(stamp)).map(({ name }) => Number(name.split('-')[1]));
    const name = `${stamp}-${Math.max(0, ...taken) + 1}`;
    const file = `${name}-${cause}.json`;
    replaceFile(path.join(folder, file), Buffer.from(setupText(setup)), 0o600);
    removeOld(file);
    return name;
  };

  return {
    async export() {
      const setup = await collect(SETUP_FILES, readFile);
      const day = new Date(setup.madeMs).toISOString().slice(0, 10);
      return { name: `livecue-${setup.agentId}-${day}.json`, text: setupText(setup) };
    },
    backUp: (cause) =>
      write(cause).catch((error: unknown) => {
        ports.logger.error(`copying the setup into ${folder}: ${(error as Error).message}. Free space on the disk; the next change tries again.`); // prettier-ignore
        return null;
      }),
    backups: () => rows().map(({ file: _file, ...row }) => row),
    readBackup(name) {
      const row = rows().find((one) => one.name === name);
      return row === undefined ? null : readFileSync(path.join(folder, row.file));
    },
    async put(setup, by, note) {
      const { catalogue, files } = setup;
      if (files[TEMPLATES_FILE] !== undefined) await ports.templates.replace(files[TEMPLATES_FILE], by);
      if (catalogue !== null && hashOf(catalogue) !== (await ports.catalogue.basis()))
        await ports.catalogue.replace(Catalogue.parse(catalogue), by, note);
      const lost = Object.keys(files).filter(
        (name) => STATE_FILES.some((one) => one === name) || CONFIG_VERSION.test(name),
      );
      for (const name of lost) if (!existsSync(path.join(facts.folder, name))) await fileOf(name).write(files[name]);
    },
  };
}
