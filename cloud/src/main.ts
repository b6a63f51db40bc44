/** The program of the cloud side: reads arguments and signals, and nobody else here does. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { accessOf, BROKER_OPTIONS, brokerOf, UsageError, type BrokerAccess } from './access.ts';
import { BrokerAddressError, startBroker, type EmbeddedBroker } from './broker/embedded-broker.ts';
import { DatabaseInUseError, openDatabase, type Database } from './receiver/database.ts';
import { serveMetrics } from './receiver/metrics.ts';
import { runFleet } from './fleet/command.ts';
import { readStudios } from './fleet/studios.ts';
import { createReceiver } from './receiver/receiver.ts';
import { proveRecord } from './receiver/proof-store.ts';
import { readWindowRows } from './receiver/record-store.ts';

const HELP = `livecue receiver [--broker URL] [--database URL|FOLDER] [--share NAME] [--keep-days N] [--metrics PORT]
livecue receiver rows --database URL|FOLDER
livecue receiver prove --database URL|FOLDER --agent NAME --epoch N --seq N
livecue broker [--host ADDRESS] [--port N]
livecue embedded --data FOLDER [--port N] [--database URL|FOLDER]
livecue fleet keygen | config | model | status    (livecue fleet --help)

  receiver        stores the records of all agents and acknowledges them after the COMMIT
  receiver rows   prints the window rows as JSON lines
  receiver prove  prints the proof that a record is in its agent's signed tree, for livecue verify
  broker          an MQTT 5 broker for one machine; keeps nothing on disk
  embedded        broker and receiver in one process, as the agent starts them

  --broker URL      mqtt:// or mqtts://, default mqtt://127.0.0.1:7425
  --database WHERE  postgres://USER@HOST/NAME, or a folder for the built-in PGlite; default .livecue/cloud/pglite
  --broker-user NAME, --broker-ca FILE, --broker-cert FILE, --broker-key FILE
                    user (password in the environment variable LIVECUE_BROKER_PASSWORD), and PEM files for TLS
  --share NAME      several receivers with the same name divide the records among them
  --studios FILE    {"studio": ["agent", …]}: which agents see each other's devices; without it each sees itself
  --keep-days N     rows older than this are dropped, default 400
  --metrics PORT    Prometheus metrics at http://127.0.0.1:PORT/metrics; 0 takes any free port
  --host ADDRESS    where the broker listens, default 127.0.0.1 (it has no passwords: keep it off the network)
  --port N          default 7425; 0 takes any free one
  --parent          end when stdin closes

A line {"ready":true,…} on stdout says that it works. SIGTERM writes what has arrived, then ends.

  livecue receiver --broker mqtts://broker.example:8883 --database postgres://livecue@db.example/livecue
  livecue receiver rows --database .livecue/cloud/pglite | head
  livecue broker --port 1883
`;

interface Call {
  readonly broker: string;
  readonly database: string;
  readonly share: string | null;
  readonly studios: string | null;
  readonly access: BrokerAccess;
  /** Which one to prove. */
  readonly record: { readonly agentId: string; readonly epoch: number; readonly seq: number } | null;
  readonly keepDays: number;
  readonly metricsPort: number | null;
  readonly host: string;
  readonly port: number;
}

interface Running {
  readonly told: Record<string, unknown>;
  stop(): Promise<void>;
}

/** A run before us may still be letting go of the port and the folder, when the agent was killed. */
const TAKE_OVER_MS = 8_000;
const DRAIN_MS = 8_000;

const logger = {
  info: (message: string) => void process.stderr.write(`${message}\n`),
  warn: (message: string) => void process.stderr.write(`${message}\n`),
};

async function runBroker({ host, port }: Call): Promise<Running> {
  const broker = await startBroker({ host, port });
  return { told: { port: broker.port, url: `mqtt://${host}:${broker.port}` }, stop: () => broker.stop() };
}

async function runReceiver(call: Call): Promise<Running> {
  const database = await openDatabase(call.database);
  return receiverOn(database, call);
}

async function receiverOn(database: Database, call: Call): Promise<Running> {
  const receiver = createReceiver({ brokerUrl: call.broker, database, nowMs: Date.now, logger, shareName: call.share, access: call.access, keepDays: call.keepDays, studioOf: readStudios(call.studios) }); // prettier-ignore
  let metrics: Awaited<ReturnType<typeof serveMetrics>> | null = null;
  const stop = async () => {
    await metrics?.close();
    await receiver.stop();
    await database.close();
  };
  try {
    if (call.metricsPort !== null) metrics = await serveMetrics(receiver.metrics, call.metricsPort);
    await receiver.start(stopping.signal);
  } catch (error) {
    await stop();
    throw error;
  }
  const told = { broker: call.broker, database: database.place };
  return { told: metrics === null ? told : { ...told, metrics: `http://127.0.0.1:${metrics.port}/metrics` }, stop };
}

async function runEmbedded(call: Call): Promise<Running> {
  const broker: EmbeddedBroker = await takeOver(() => startBroker(call));
  try {
    const database = await takeOver(() => openDatabase(call.database));
    const receiver = await receiverOn(database, { ...call, broker: `mqtt://${call.host}:${broker.port}` });
    const stop = () => receiver.stop().finally(() => broker.stop());
    return { told: { port: broker.port, ...receiver.told }, stop };
  } catch (error) {
    await broker.stop();
    throw error;
  }
}

async function takeOver<T>(open: () => Promise<T>): Promise<T> {
  const untilMs = performance.now() + TAKE_OVER_MS;
  for (;;) {
    try {
      return await open();
    } catch (error) {
      const held = error instanceof BrokerAddressError || error instanceof DatabaseInUseError;
      if (!held || !process.connected || performance.now() >= untilMs) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

function openExisting(where: string): Promise<Database> {
  if (!/^postgres(ql)?:\/\//.test(where) && !existsSync(where))
    throw new Error(`there is no database in ${where}: check --database`);
  return openDatabase(where);
}

async function printRows({ database: where }: Call): Promise<void> {
  const database = await openExisting(where);
  try {
    for (const row of await readWindowRows(database)) process.stdout.write(`${JSON.stringify(row)}\n`);
  } finally {
    await database.close();
  }
}

async function printProof({ database: where, record }: Call): Promise<void> {
  if (record === null) throw new UsageError('receiver prove: give --agent, --epoch and --seq; they stand in table record_log and in the page of what left'); // prettier-ignore
  const database = await openExisting(where);
  try {
    const proof = await proveRecord(database, record.agentId, record.epoch, record.seq);
    process.stdout.write(`${JSON.stringify(proof, null, 2)}\n`);
  } finally {
    await database.close();
  }
}

const stopping = new AbortController();
let running: Running | null = null;

/** First call drains, a second one or a drain that hangs ends at once with code 2. */
function shutDown(): void {
  if (stopping.signal.aborted) process.exit(2);
  stopping.abort(new Error('asked to stop'));
  setTimeout(() => process.exit(2), DRAIN_MS).unref();
  if (running === null) process.exit(0);
  running.stop().then(
    () => process.exit(0),
    (error: Error) => {
      logger.warn(`stopping: ${error.message}`);
      process.exit(1);
    },
  );
}

function parseCall(argv: readonly string[]): { words: string[]; call: Call; help: boolean; parent: boolean } {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      ...BROKER_OPTIONS,
      database: text,
      share: text,
      studios: text,
      agent: text,
      epoch: text,
      seq: text,
      'keep-days': text,
      metrics: text,
      host: text,
      port: text,
      data: text,
      parent: flag,
      help: { ...flag, short: 'h' },
    },
  });
  const port = wholeNumber('port', values.port ?? '7425', 0, 65_535);
  const keepDays = wholeNumber('keep-days', values['keep-days'] ?? '400', 1, 36_500);
  const metricsPort = values.metrics === undefined ? null : wholeNumber('metrics', values.metrics, 0, 65_535);
  const data = values.data ?? join('.livecue', 'cloud');
  const call = {
    broker: brokerOf(values),
    database: values.database ?? join(data, 'pglite'),
    share: values.share ?? null,
    studios: values.studios ?? null,
    access: accessOf(values),
    record: recordOf(values),
    keepDays,
    metricsPort,
    host: values.host ?? '127.0.0.1',
    port,
  };
  return { words: positionals, call, help: values.help ?? false, parent: values.parent ?? false };
}

function recordOf({ agent, epoch, seq }: { agent?: string; epoch?: string; seq?: string }): Call['record'] {
  if (agent === undefined || epoch === undefined || seq === undefined) return null;
  const most = 999_999_999;
  return { agentId: agent, epoch: wholeNumber('epoch', epoch, 1, most), seq: wholeNumber('seq', seq, 1, most) };
}

function wholeNumber(name: string, text: string, least: number, most: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
  if (!(value >= least && value <= most)) throw new UsageError(`--${name} ${text}: give a number from ${least} to ${most}`); // prettier-ignore
  return value;
}

async function main(argv: readonly string[]): Promise<void> {
  if (argv[0] === 'fleet') return runFleet(argv.slice(1), { write: (text) => void process.stdout.write(text) });
  const { words, call, help, parent } = parseCall(argv);
  const name = words.join(' ');
  if (help || name === '') {
    process.stdout.write(HELP);
    process.exitCode = help ? 0 : 2;
    return;
  }
  if (name === 'receiver rows') return printRows(call);
  if (name === 'receiver prove') return printProof(call);
  const commands: Record<string, (own: Call) => Promise<Running>> = {
    receiver: runReceiver,
    broker: runBroker,
    embedded: runEmbedded,
  };
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) throw new UsageError(`there is no command "${name}"; --help tells which there are`);
  process.on('SIGINT', shutDown);
  process.on('SIGTERM', shutDown);
  // Nobody must be left behind when the agent is killed.
  if (process.connected) process.on('disconnect', shutDown);
  if (parent) process.stdin.resume().on('end', shutDown).on('error', shutDown);
  running = await command(call);
  process.stdout.write(`${JSON.stringify({ ready: true, ...running.told })}\n`);
}

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  // Whoever read our lines is gone; the work goes on, as with `| head -1`.
});

main(process.argv.slice(2)).catch((error: unknown) => {
  const usage =
    error instanceof UsageError || (error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS') === true;
  process.stderr.write(`livecue: ${(error as Error).message}\n`);
  process.exit(usage ? 2 : 1);
});
