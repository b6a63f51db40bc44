import { parseArgs } from 'node:util';
import { CHUNK_BYTES_MAX, DELIVERED_TASKS, modelOrigin, ModelReport, modelTopics, type DeliveredTask } from '@livecue/shared/contract'; // prettier-ignore
import { openDocument, parseVerifier, signDocument, SignedDocument } from '@livecue/shared/proof';
import { accessOf, BROKER_OPTIONS, brokerOf, UsageError } from '../access.ts';
import { signedVersion } from '../fleet/device-desk.ts';
import { openFleetBroker, type FleetBroker } from '../fleet/fleet-broker.ts';
import { readFleetKey, type FleetKey } from '../fleet/fleet-key.ts';
import { noteCrypto } from '../receiver/note-crypto.ts';
import { packModel, type PackedModel, type Terms } from './packed-model.ts';

const HELP = `livecue fleet model --agent NAME [--agent NAME]… --folder DIR --key FILE [--canary-minutes N] [--broker URL …]
livecue fleet model --agent NAME [--agent NAME]… [--broker URL …]
livecue fleet model --folder DIR --remove [--broker URL …]

Leaves a trained model (intent, toxicity, spam, sentiment) on the broker in chunks, and a signed delivery of it for
each agent. An agent fetches it, checks it, tries it beside the one that serves, and only then lets it serve. The
same call again changes nothing. Without --folder: how far each agent is, a JSON line for each task.

  --agent NAME         whom it is for; may be repeated
  --folder DIR         manifest.json and the files that it names, as the trainer wrote them
  --key FILE           the signing key of livecue fleet keygen
  --canary-minutes N   it is tried at least so long (default 30; 0 to 10080) …
  --canary-comments N  … and on at least so many comments (default 500; 100 to 1000000)
  --when between-shows it serves after the show that runs, not in its midst
  --chunk-bytes N      at most 49152 (default), less where the broker takes smaller packets
  --remove             takes the chunks of that model off the broker; agents keep what they have fetched
  --broker URL, --broker-user NAME, --broker-ca FILE, --broker-cert FILE, --broker-key FILE   as the receiver's

  livecue fleet model --agent studio-1 --folder models/intent --key fleet-key.json --broker mqtts://broker.example:8883
`;

type Values = ReturnType<typeof parse>;
type Write = (text: string) => void;

/** Chunks on their way to the broker at once. */
const AT_ONCE = 8;

/** `livecue fleet model …`. Throws `UsageError` for a wrong call, an ordinary error for what went wrong. */
export async function runFleetModel(args: readonly string[], { write }: { readonly write: Write }): Promise<void> {
  const values = parse(args);
  if (values.help === true) return write(HELP);
  const { agent: agents = [], folder, key } = values;
  const wrong = agents.find((agentId) => !/^[a-z0-9][a-z0-9-]{0,62}$/.test(agentId));
  if (wrong !== undefined) throw new UsageError(`--agent ${wrong}: expected lower-case letters, digits and dashes`);
  const isRemoving = values.remove === true;
  if (isRemoving ? folder === undefined : agents.length === 0)
    throw new UsageError(`fleet model: give ${isRemoving ? '--folder' : '--agent'}\n\n${HELP}`);
  if (!isRemoving && folder !== undefined && key === undefined)
    throw new UsageError('fleet model: give --key FILE, the key that the agents trust');
  const packed = folder === undefined ? null : packModel(folder, termsOf(values));
  const signer = packed === null || isRemoving ? null : readFleetKey(key ?? '');
  const broker = await openFleetBroker(brokerOf(values), accessOf(values));
  try {
    if (packed === null) return await tell(broker, agents, write);
    if (isRemoving) return await removeChunks(broker, packed, write);
    await putChunks(broker, packed, write);
    for (const agentId of signer === null ? [] : agents) await deliver(broker, agentId, packed, signer!, write);
  } finally {
    await broker.close();
  }
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const;
  return parseArgs({
    args: [...args],
    options: {
      ...BROKER_OPTIONS,
      agent: { type: 'string', multiple: true },
      folder: text,
      key: text,
      'canary-minutes': text,
      'canary-comments': text,
      'chunk-bytes': text,
      when: text,
      remove: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  }).values;
}

function termsOf(values: Values): Terms {
  const number = (name: 'canary-minutes' | 'canary-comments' | 'chunk-bytes', standard: number): number => {
    const given = values[name];
    if (given === undefined) return standard;
    const value = /^\d{1,9}(\.\d{1,6})?$/.test(given) ? Number(given) : Number.NaN;
    if (Number.isNaN(value)) throw new UsageError(`--${name} ${given}: give a number`);
    return value;
  };
  const { when = 'now' } = values;
  if (when !== 'now' && when !== 'between-shows') throw new UsageError(`--when ${when}: give now or between-shows`);
  return {
    canaryMinutes: number('canary-minutes', 30),
    canaryComments: number('canary-comments', 500),
    chunkBytes: number('chunk-bytes', CHUNK_BYTES_MAX),
    when,
  };
}

/** Before the documents that name them: an agent that hears of a model finds all of it. */
async function putChunks(broker: FleetBroker, { chunks, delivery }: PackedModel, write: Write): Promise<void> {
  const of = delivery.files.reduce((sum, file) => sum + file.chunks.length, 0);
  await keepAll(broker, chunks(), (done) => {
    if (done % 20 === 0 || done === of)
      write(`${JSON.stringify({ model: delivery.modelVersion, chunks: done, of })}\n`);
  });
}

/** Whatever stands there of its files, however it was cut. */
async function removeChunks(broker: FleetBroker, { delivery }: PackedModel, write: Write): Promise<void> {
  const found = await broker.retained(delivery.files.map(({ sha256 }) => modelTopics.chunk(sha256, '+')));
  const nothing = Buffer.alloc(0);
  await keepAll(broker, [...found.keys()].map((topic) => ({ topic, payload: nothing })).values(), () => undefined);
  write(`${JSON.stringify({ model: delivery.modelVersion, removed: found.size })}\n`);
}

async function keepAll(
  broker: FleetBroker,
  messages: IterableIterator<{ readonly topic: string; readonly payload: Buffer }>,
  onDone: (done: number) => void,
): Promise<void> {
  let done = 0;
  const one = async () => {
    for (const { topic, payload } of messages) {
      await broker.keep(topic, payload);
      onDone(++done);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
}

async function deliver(broker: FleetBroker, agentId: string, packed: PackedModel, key: FleetKey, write: Write): Promise<void> {
  const { task, delivery } = packed;
  const [desired, reported] = [modelTopics.desired(agentId, task), modelTopics.reported(agentId, task)];
  const found = await broker.retained([desired, reported]);
  const text = JSON.stringify(delivery);
  const told = { agentId, task, model: delivery.modelVersion };
  const standing = openedText(found.get(desired), key, modelOrigin(agentId, task));
  if (standing?.text === text) return write(`${JSON.stringify({ ...told, version: standing.version, unchanged: true })}\n`);
  const seen = reportIn(found.get(reported))?.version ?? 0;
  const version = Math.max(signedVersion(String(found.get(desired) ?? '')), seen) + 1;
  const document = signDocument(noteCrypto, key.signer, { origin: modelOrigin(agentId, task), version, text });
  await broker.keep(desired, JSON.stringify(document));
  write(`${JSON.stringify({ ...told, version })}\n`);
} // prettier-ignore

async function tell(broker: FleetBroker, agents: readonly string[], write: Write): Promise<void> {
  const topicOf = (agentId: string, task: DeliveredTask) => modelTopics.reported(agentId, task);
  const all = agents.flatMap((agentId) => DELIVERED_TASKS.map((task) => ({ agentId, topic: topicOf(agentId, task) })));
  const found = await broker.retained(all.map(({ topic }) => topic));
  for (const { agentId, topic } of all) {
    const report = reportIn(found.get(topic));
    if (report !== null) write(`${JSON.stringify({ agentId, ...report })}\n`);
  }
}

/** What stands there already, when it is ours. */
function openedText(payload: Buffer | undefined, { verifier }: FleetKey, origin: string): { version: number; text: string } | null {
  const document = SignedDocument.safeParse(jsonOf(payload));
  const trusted = parseVerifier(noteCrypto, verifier);
  if (!document.success || trusted === null) return null;
  const opened = openDocument(noteCrypto, trusted, origin, document.data);
  return opened.ok ? opened : null;
} // prettier-ignore

function reportIn(payload: Buffer | undefined): ModelReport | null {
  return ModelReport.safeParse(jsonOf(payload)).data ?? null;
}

function jsonOf(payload: Buffer | undefined): unknown {
  try {
    return JSON.parse(String(payload ?? 'null'));
  } catch {
    return null; // Not ours.
  }
}
