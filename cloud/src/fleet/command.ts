import { existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { AgentConfig, AgentPresence, ConfigDocument, configOrigin, CONFIG_TEXT_MAX, ConfigReport, DeviceReport, fleetTopics, overlay, TOPIC_ROOT, topics, type DeviceRow } from '@livecue/shared/contract'; // prettier-ignore
import { signDocument } from '@livecue/shared/proof';
import { runFleetModel } from '../fleet-model/command.ts';
import { accessOf, BROKER_OPTIONS, brokerOf, UsageError } from '../access.ts';
import { openDatabase } from '../receiver/database.ts';
import { noteCrypto } from '../receiver/note-crypto.ts';
import { signedVersion } from './device-desk.ts';
import { readDevices } from './device-rows.ts';
import { openFleetBroker, type FleetBroker } from './fleet-broker.ts';
import { makeFleetKey, readFleetKey } from './fleet-key.ts';

const HELP = `livecue fleet keygen --key FILE [--name NAME]
livecue fleet config --agent NAME [--agent NAME]… --file OVERLAY --key FILE [--when now] [--note TEXT] [--broker URL …]
livecue fleet model --agent NAME [--agent NAME]… --folder DIR --key FILE    (livecue fleet model --help)
livecue fleet status [--broker URL … | --database URL|FOLDER]

  keygen   makes a signing key and prints its verifier key, which agents trust as uplink.fleetKey
  config   signs the settings of a JSON file and leaves them on the broker for each agent named
  model    signs a trained model and leaves it on the broker in chunks
  status   one JSON line a device: how it is, which version it has, which it should have, where they differ

  --agent NAME      whom it is for; may be repeated
  --file OVERLAY    {"advise": {"cardsPer10Min": 3}, …}: keys over the studio's own configuration; {} takes all back
  --key FILE        the signing key: keep it off the agents' machines and off the broker
  --when now        at once, a running show or not; by default between shows
  --note TEXT       why, for the operator
  --broker URL, --broker-user NAME, --broker-ca FILE, --broker-cert FILE, --broker-key FILE   as the receiver's
  --database WHERE  what a receiver has stored, in place of what stands on the broker

  livecue fleet keygen --key fleet-key.json
  livecue fleet config --agent studio-1 --file calmer.json --key fleet-key.json --broker mqtts://broker.example:8883

docs/fleet.md tells the rest.
`;

export interface FleetIo {
  readonly write: (text: string) => void;
}

type Values = ReturnType<typeof parse>['values'];

const COMMANDS: Readonly<Record<string, (values: Values, io: FleetIo) => Promise<void>>> = { keygen, config, status };

/** `livecue fleet …`. Throws `UsageError` for a wrong call, an ordinary error for what went wrong. */
export async function runFleet(args: readonly string[], io: FleetIo): Promise<void> {
  if (args[0] === 'model') return runFleetModel(args.slice(1), io);
  const { values, positionals } = parse(args);
  const [name = ''] = positionals;
  if (values.help === true) return io.write(HELP);
  const command = Object.hasOwn(COMMANDS, name) && positionals.length === 1 ? COMMANDS[name] : undefined;
  if (command === undefined) throw new UsageError(`there is no command "fleet ${positionals.join(' ')}".\n\n${HELP}`);
  await command(values, io);
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const;
  return parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      ...BROKER_OPTIONS,
      agent: { type: 'string', multiple: true },
      file: text,
      key: text,
      name: text,
      when: text,
      note: text,
      database: text,
      help: { type: 'boolean', short: 'h' },
    },
  });
}

async function keygen({ key, name = 'livecue-fleet' }: Values, { write }: FleetIo): Promise<void> {
  if (key === undefined) throw new UsageError('fleet keygen: give --key FILE, where the key is written');
  if (existsSync(key)) throw new UsageError(`fleet keygen: ${key} exists, and agents may trust it: give another file, or remove it first`); // prettier-ignore
  write(`${makeFleetKey(key, name).verifier}\n`);
}

async function config(values: Values, { write }: FleetIo): Promise<void> {
  const { agent: agents = [], file, key } = values;
  if (agents.length === 0 || file === undefined || key === undefined)
    throw new UsageError('fleet config: give --agent, --file and --key');
  const wrong = agents.find((agentId) => !/^[a-z0-9][a-z0-9-]{0,62}$/.test(agentId));
  if (wrong !== undefined) throw new UsageError(`--agent ${wrong}: expected lower-case letters, digits and dashes`);
  const text = documentText(file, values);
  const { signer } = readFleetKey(key);
  const broker = await openFleetBroker(brokerOf(values), accessOf(values));
  try {
    for (const agentId of agents) {
      const version = (await newestVersion(broker, agentId)) + 1;
      const signed = signDocument(noteCrypto, signer, { origin: configOrigin(agentId), version, text });
      await broker.keep(fleetTopics.desiredConfig(agentId), JSON.stringify(signed));
      write(`${JSON.stringify({ agentId, version })}\n`);
    }
  } finally {
    await broker.close();
  }
}

/** Checked as far as it can be without the studio's own configuration. */
function documentText(file: string, { when, note }: Values): string {
  if (when !== undefined && when !== 'now' && when !== 'between-shows')
    throw new UsageError(`--when ${when}: give now or between-shows`);
  let settings: unknown;
  try {
    settings = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Error(`reading the settings from ${file}: ${(error as Error).message}`, { cause: error });
  }
  const laid = overlay(AgentConfig.parse({ uplink: { kAnonymity: 1 }, shows: { keep: 1, keepDays: 1 } }), settings);
  if (!laid.ok) throw new Error(`${file}: ${laid.problems.join('; ')}`);
  const document = ConfigDocument.safeParse({ settings, when, note });
  if (!document.success) throw new UsageError(`--note: ${document.error.issues[0]?.message ?? 'not valid'}`);
  const text = JSON.stringify(document.data);
  if (text.length > CONFIG_TEXT_MAX) throw new Error(`${file}: ${text.length} characters, at most ${CONFIG_TEXT_MAX} are read`); // prettier-ignore
  return text;
}

/** The highest version that the broker knows of: the one that stands there, and the one that the agent has seen. */
async function newestVersion(broker: FleetBroker, agentId: string): Promise<number> {
  const [desired, reported] = [fleetTopics.desiredConfig(agentId), fleetTopics.reportedConfig(agentId)];
  const found = await broker.retained([desired, reported]);
  const seen = parsed(ConfigReport, found.get(reported))?.seen ?? 0;
  return Math.max(signedVersion(String(found.get(desired) ?? '')), seen);
}

async function status(values: Values, { write }: FleetIo): Promise<void> {
  const rows = values.database === undefined ? await fromBroker(values) : await fromDatabase(values.database);
  for (const row of rows) write(`${JSON.stringify(statusLine(row))}\n`);
}

async function fromDatabase(where: string): Promise<DeviceRow[]> {
  if (!/^postgres(ql)?:\/\//.test(where) && !existsSync(where)) throw new Error(`there is no database in ${where}: check --database`); // prettier-ignore
  const database = await openDatabase(where);
  try {
    return await readDevices(database.query, null, Date.now());
  } finally {
    await database.close();
  }
}

async function fromBroker(values: Values): Promise<DeviceRow[]> {
  const broker = await openFleetBroker(brokerOf(values), accessOf(values));
  try {
    const told = await broker.retained([fleetTopics.device('+'), fleetTopics.reportedConfig('+'), fleetTopics.desiredConfig('+'), topics.presence('+')]); // prettier-ignore
    const agentIds = [...told.keys()].filter((topic) => topic.endsWith('/device')).map((topic) => topic.slice(TOPIC_ROOT.length + 1, -'/device'.length)).sort(); // prettier-ignore
    return agentIds.flatMap((agentId): DeviceRow[] => {
      const report = parsed(DeviceReport, told.get(fleetTopics.device(agentId)));
      if (report === null) return [];
      const config = parsed(ConfigReport, told.get(fleetTopics.reportedConfig(agentId)));
      const desired = signedVersion(String(told.get(fleetTopics.desiredConfig(agentId)) ?? ''));
      const online = parsed(AgentPresence, told.get(topics.presence(agentId)))?.state === 'online';
      return [{ agentId, online, receivedMs: report.sentMs, report, config, desired: desired === 0 ? null : desired }];
    });
  } finally {
    await broker.close();
  }
}

/** What an operator of many studios looks for first: who is not where it should be, and why. */
function statusLine({ agentId, online, receivedMs, report, config, desired }: DeviceRow): Record<string, unknown> {
  const inForce = config?.inForce ?? null;
  return {
    agentId,
    online,
    toldAt: new Date(receivedMs).toISOString(),
    desired,
    inForce,
    state: config?.state ?? 'unknown',
    ...(config?.reason == null ? {} : { reason: config.reason }),
    ...(config?.ignored == null ? {} : { ignored: config.ignored }),
    differs: desired !== inForce,
    drift: config?.drift ?? [],
    hash: config?.hash ?? null,
    report,
  };
}

function parsed<T>(
  schema: { safeParse(value: unknown): { success: true; data: T } | { success: false } },
  payload: Buffer | undefined,
): T | null {
  // prettier-ignore
  try {
    const found = schema.safeParse(JSON.parse(String(payload ?? 'null')));
    return found.success ? found.data : null;
  } catch {
    return null; // Not ours.
  }
}
