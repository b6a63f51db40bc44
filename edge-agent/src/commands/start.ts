import { spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Catalogue, type AgentConfig } from '@livecue/shared/contract';
import { createAgent, VERSION } from '../assembly/agent.ts';
import type { Agent } from '../assembly/agent-ports.ts';
import { openCatalogueBook, type CatalogueBook } from '../assembly/catalogue-book.ts';
import { dataFolder } from '../assembly/data-folder.ts';
import { createKeptCloud } from '../assembly/kept-cloud.ts';
import { brokerUser, databaseAddress } from '../assembly/secret-book.ts';
import { createRehearsalDesk } from '../assembly/rehearsal-desk.ts';
import { openRehearsalFiles } from '../assembly/rehearsal-files.ts';
import { desktopKeystore, openSettingsPart } from '../assembly/settings-part.ts';
import { besideSupport } from '../assembly/support-desk.ts';
import { sourcesFrom, type SourceCall, parseSourceCalls } from '../assembly/source-list.ts';
import { simulatedCatalogue } from '../ingest/simulator/catalogue.ts';
import { PROFILES } from '../ingest/simulator/profiles.ts';
import { ConfigurationError } from '../runtime/agent-error.ts';
import { createLogger, type Logger } from '../runtime/logger.ts';
import type { SealChannel } from '../setup/settings/secret-seal.ts';
import { remoteConfigIn, runAgents } from './agent-run.ts';
import type { Io } from './command.ts';
import { fileCommand } from './file-command.ts';
import { createStatsFile } from './stats-file.ts';

const HELP = `livecue start [--demo] [--config FILE] [--catalogue FILE] [--source NAME]… [--data DIR] [--no-panel]

Starts the agent and its panel. Without a configuration it listens on 127.0.0.1: panel on 7420, HTTP and
WebSocket events on 7421, ZeroMQ events on 7422, and brings its own MQTT broker and receiver.

  --demo            a simulated room with its own catalogue and data folder
  --config FILE     configuration as JSON (default config.json in the data folder)
  --catalogue FILE  products of the show (default catalogue.json in the data folder)
  --source NAME     zmq, http, simulator[:PROFILE[:SEED]], replay:FILE[@SPEED]; may be repeated
                    (default zmq and http; with --demo also simulator:demo)
  --data DIR        journal, outbox, secrets (default ~/.livecue, with --demo ~/.livecue/demo)
  --no-panel        no panel server
  --json            one JSON line on stdout when ready
  --stats FILE      figures of the pipeline, written each second
  --log LEVEL       debug, info, warn, error (default info)
  --trial-seconds N changed settings, also from the cloud side, must be well for so long (default 60; docs/settings.md)

Example: livecue start --demo
`;

const ELECTRON = fileURLToPath(new URL('../../../node_modules/electron/dist/electron', import.meta.url));
const DESKTOP = fileURLToPath(new URL('../../../desktop', import.meta.url));

interface Call {
  readonly demo: boolean;
  readonly folder: string;
  readonly config: string | null;
  readonly catalogue: string | null;
  readonly sources: readonly SourceCall[];
  readonly panel: boolean;
  readonly json: boolean;
  readonly stats: string | null;
  readonly log: 'debug' | 'info' | 'warn' | 'error';
  readonly trialMs: number;
}

export const start = fileCommand('start', HELP, parseCall, async (call: Call, io) => {
  const logger = createLogger({ write: (line) => io.stderr.write(line), nowMs: () => Date.now() }, call.log);
  mkdirSync(call.folder, { recursive: true, mode: 0o700 });
  const nowMs = () => Date.now();
  const book = catalogueOf(call, nowMs);
  const seal = desktopKeystore(io.env.LIVECUE_KEYSTORE, (process as { parentPort?: SealChannel }).parentPort);
  const settings = await openSettingsPart({ nowMs, logger, catalogue: book, seal }, { folder: call.folder, program: VERSION, ...configurationOf(call) }); // prettier-ignore
  const cloud = createKeptCloud({ logger }, call.folder);
  const rehearsals = createRehearsalDesk({ files: openRehearsalFiles(call.folder), catalogue: () => book.present(), nowMs, logger }, { version: VERSION }); // prettier-ignore
  let window: typeof openElectron | null = openElectron;
  await settings.keeper.backUp('start');
  await runAgents(
    {
      settings: settings.book, remote: remoteConfigIn(call.folder, { nowMs, logger }), nowMs, logger, trialMs: call.trialMs,
      async create(config, fleet, onFatal) {
        const connectorSecrets = await settings.secrets.take();
        const catalogue = await book.present();
        let agent: Agent | null = null;
        const pages = rehearsals.beside(settings.desk(fleet, config.advise), config);
        const supported = { config, catalogue, secrets: connectorSecrets, figures: () => agent?.figures() ?? null };
        const embedded = await cloud.for(config.uplink, databaseAddress(config.uplink.databaseUrl, connectorSecrets), io.signal);
        agent = await createAgent(
          { config, catalogue, folder: call.folder, mode: modeOf(call.sources), panel: call.panel },
          { nowMs, logger, catalogue: besideSupport(pages, supported, { nowMs, logger }, { folder: call.folder, program: VERSION }), createSources: (parts) => sourcesFrom(call.sources, { ...parts, connectorSecrets, folder: call.folder, nowMs, logger }, config), onFatal, fleet, embedded, brokerUser: brokerUser(connectorSecrets) },
        );
        return agent;
      },
      live(agent, config, signal) {
        announce(agent, call, config, io, logger, window);
        window = null;
        return live(agent, call, logger, signal);
      },
    },
    io.signal,
  ).finally(() => Promise.all([rehearsals.stop(), cloud.stop()])); // prettier-ignore
  logger.info('stopped; everything accepted is on disk');
  return 0;
});

function parseCall(args: string[], io: Io): Call | { wrong: string } | 'help' {
  let values;
  try {
    values = parseArgs({
      args,
      options: {
        demo: { type: 'boolean', default: false },
        config: { type: 'string' },
        catalogue: { type: 'string' },
        source: { type: 'string', multiple: true },
        data: { type: 'string' },
        'no-panel': { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        stats: { type: 'string' },
        log: { type: 'string', default: 'info' },
        'trial-seconds': { type: 'string', default: '60' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (error) {
    return { wrong: (error as Error).message };
  }
  if (values.help) return 'help';
  const names = values.source ?? (values.demo ? ['zmq', 'http', 'simulator:demo'] : ['zmq', 'http']);
  const sources = parseSourceCalls(names);
  if ('wrong' in sources) return sources;
  const log = values.log;
  if (log !== 'debug' && log !== 'info' && log !== 'warn' && log !== 'error') {
    return { wrong: `--log ${log}: give debug, info, warn or error` };
  }
  const trialSeconds = /^\d{1,4}$/.test(values['trial-seconds']) ? Number(values['trial-seconds']) : 0;
  if (trialSeconds < 1) return { wrong: `--trial-seconds ${values['trial-seconds']}: give a number from 1 to 9999` };
  return {
    demo: values.demo,
    folder: dataFolder(values.data, io.env, values.demo),
    config: values.config ?? null,
    catalogue: values.catalogue ?? null,
    sources: sources.calls,
    panel: !values['no-panel'],
    json: values.json,
    stats: values.stats ?? null,
    log,
    trialMs: trialSeconds * 1000,
  };
}

/** Where the configuration stands, and what is in force while it does not. */
function configurationOf(call: Call): { file: string; without: Record<string, unknown> } {
  if (call.config !== null && !existsSync(call.config))
    throw new ConfigurationError(
      `Reading the configuration ${call.config}: there is no such file. Check the path after --config.`,
    );
  // Nobody heeds a cue of the demo: there is nothing to measure by holding some back.
  const without = call.demo ? { advise: { holdBackShare: 0 } } : {};
  return { file: call.config ?? path.join(call.folder, 'config.json'), without };
}

/** The products with their versions. Read anew for every agent: an import puts others there. */
function catalogueOf(call: Call, nowMs: () => number): CatalogueBook {
  const file = call.catalogue ?? path.join(call.folder, 'catalogue.json');
  if (call.catalogue !== null && !existsSync(file))
    throw new ConfigurationError(
      `Reading the catalogue ${file}: there is no such file. Check the path after --catalogue.`,
    );
  const without = simulatedShop(call) ?? Catalogue.parse({ products: [] });
  return openCatalogueBook({ nowMs }, { file, folder: call.folder }, without);
}

/** What a simulated room sells, as many products as its profile says. */
function simulatedShop(call: Call): Catalogue | null {
  const simulator = call.sources.find((source) => source.kind === 'simulator');
  return simulator === undefined ? null : simulatedCatalogue(PROFILES[simulator.profile].products);
}

function modeOf(sources: readonly SourceCall[]): 'live' | 'simulated' | 'replay' {
  if (sources.some(({ kind }) => kind === 'simulator')) return 'simulated';
  return sources.some(({ kind }) => kind === 'replay') ? 'replay' : 'live';
}

/** `window` opens the desktop window; null: it is open already, since the agent started again, and no one pairs anew. */
function announce(
  agent: Agent,
  call: Call,
  config: AgentConfig,
  io: Io,
  logger: Logger,
  window: typeof openElectron | null,
): void {
  for (const source of agent.sources) logger.info(`source ${source.name}: ${source.health(Date.now()).endpoint}`);
  const pairing = window === null ? null : (agent.panel?.createCode() ?? null);
  if (call.json) {
    const endpoints = Object.fromEntries(
      agent.sources.map((source) => [source.name, source.health(Date.now()).endpoint]),
    );
    const told = { ready: true, version: VERSION, pid: process.pid, agentId: config.agentId, endpoints, ingestToken: agent.secrets.ingestToken, panel: agent.panel?.address().url ?? null, code: pairing?.code ?? null, panels: pairing?.urls ?? [], fingerprint: pairing?.fingerprint ?? null, panelLinkFile: agent.panelLinkFile, cloudPid: agent.cloudPid }; // prettier-ignore
    io.stdout.write(`${JSON.stringify(told)}\n`);
  }
  if (window === null) return;
  if (agent.panel === null || pairing === null) {
    io.stderr.write('LiveCue is running without a panel. Ctrl-C stops it.\n');
    return;
  }
  if (window(agent.panelLinkFile, io, logger)) {
    io.stderr.write('LiveCue is running; its window opens. Ctrl-C stops it.\n');
    return;
  }
  const shown = pairing.code.replace(/(\d{4})(?=\d)/g, '$1 ');
  io.stderr.write(`\n  LiveCue ${VERSION} is running${call.demo ? ' on a simulated room' : ''}.\n\n`);
  if (agent.panel.tls !== null) io.stderr.write(`  Panel         ${agent.panel.address().url} (this machine)\n`);
  for (const url of pairing.urls) io.stderr.write(`  Panel         ${url}\n`);
  if (pairing.fingerprint !== null) io.stderr.write(`  Certificate   SHA-256 ${pairing.fingerprint}\n                Other devices warn of it once: compare this with what they show.\n`); // prettier-ignore
  io.stderr.write(`  Pairing code  ${shown}   (works once, for 10 minutes)\n`);
  io.stderr.write(`  Send events   see README; the token is in ${path.join(call.folder, 'secrets.json')}\n`);
  io.stderr.write(`  Stop          Ctrl-C\n\n`);
}

/** The desktop window, where its binary and a display are. */
function openElectron(linkFile: string, io: Io, logger: Logger): boolean {
  const binary = process.platform === 'darwin' ? path.join(path.dirname(ELECTRON), 'Electron.app/Contents/MacOS/Electron') : process.platform === 'win32' ? `${ELECTRON}.exe` : ELECTRON; // prettier-ignore
  const display = process.platform !== 'linux' || io.env.DISPLAY !== undefined || io.env.WAYLAND_DISPLAY !== undefined;
  if (!existsSync(binary) || !display || io.env.LIVECUE_NO_WINDOW !== undefined) return false;
  const child = spawn(binary, [DESKTOP], { stdio: 'ignore', env: { ...io.env, LIVECUE_PANEL_LINK: linkFile } });
  child.on('error', (error) => logger.warn(`the desktop window could not be opened: ${error.message}`));
  child.on('exit', (code) => {
    if (code) logger.warn(`the desktop window ended with exit code ${code}; LIVECUE_NO_WINDOW=1 starts without it and prints the panel's address`);
  }); // prettier-ignore
  process.on('exit', () => child.kill());
  return true;
}

/** Waits for the end; writes the figures each second when asked. */
async function live(agent: Agent, call: Call, logger: Logger, signal: AbortSignal): Promise<void> {
  const file = call.stats === null ? null : createStatsFile(call.stats, logger);
  const write = () => file?.(agent.figures());
  while (!signal.aborted) {
    write();
    // An abort ends the wait; that is the way out, not a failure.
    await delay(1000, undefined, { signal }).catch(() => undefined);
  }
  write();
}
