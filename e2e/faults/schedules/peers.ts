import { generateKeyPairSync } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { topics, type UplinkBody } from '@livecue/shared/contract';
import { MemoryOutbox } from '../../../cloud/test/memory-outbox.ts';
import { createReceiver } from '../../../cloud/src/receiver/receiver.ts';
import { openDatabase, type Database } from '../../../cloud/src/receiver/database.ts';
import { createUplink } from '../../../edge-agent/src/sync/mqtt-uplink.ts';
import { createNoteSigner } from '../../../edge-agent/src/sync/note-signer.ts';
import type { FaultReport } from '../report.ts';
import { startStrictPeer, type Answer, type Limits, type StrictPeer } from './strict-peer.ts';

/** Every reason code of MQTT 5 (2.4) that a server may send in these packets. */
const CODES: Readonly<Record<Answer['to'], readonly number[]>> = {
  connect: [128, 129, 130, 131, 132, 133, 134, 135, 136, 137, 138, 140, 144, 149, 151, 153, 154, 155, 156, 157, 159],
  publish: [16, 128, 131, 135, 144, 145, 151, 153],
  subscribe: [0, 1, 2, 128, 131, 135, 143, 145, 151, 158, 161, 162],
  disconnect: [0, 128, 129, 130, 131, 135, 137, 139, 141, 142, 143, 144, 147, 148, 149, 150, 151, 152, 153, 154, 155, 156, 157, 158, 159, 160, 161, 162],
}; // prettier-ignore

const STRICT: Limits = { receiveMaximum: 2, topicAliasMaximum: 2 };
const BAD_MS = 700;
/** On a busy machine the first refusal may take its time. */
const TOLD_MS = 8_000;
const PAUSES = { first: 40, longest: 320 };
const RECORDS = 8;
const SETTLE_MS = 15_000;
const BESIDE = 8;

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** The uplink and the receiver against a peer that answers with each reason code for a while, and then as it should. */
export async function runPeers({ seed, log }: { seed: number; log: (line: string) => void }): Promise<FaultReport> {
  const database = await openDatabase(null);
  const findings: string[] = [];
  const answers = Object.entries(CODES).flatMap(([to, codes]) => codes.map((code) => ({ to, code }) as Answer));
  const work = [
    ...answers.map((answer) => ({ name: `uplink, ${answer.to} ${answer.code}`, run: () => uplinkAgainst(answer) })),
    ...answers.map((answer) => ({ name: `receiver, ${answer.to} ${answer.code}`, run: () => receiverAgainst(answer, database) })), // prettier-ignore
    { name: 'uplink, packets of 256 bytes', run: () => smallPackets() },
  ];
  let next = 0;
  const one = async () => {
    for (let own = work[next++]; own !== undefined; own = work[next++]) {
      const wrong = await own.run().catch((error: unknown) => [`threw ${String(error)}`]);
      for (const what of wrong) findings.push(`${own.name}: ${what}`);
      if (wrong.length > 0) log(`FOUND ${own.name}: ${wrong.join('; ')}`);
    }
  };
  await Promise.all(Array.from({ length: BESIDE }, one));
  await database.close();
  return { name: 'peers', seed, figures: { 'reason codes': answers.length, 'against the uplink': answers.length, 'against the receiver': answers.length }, findings }; // prettier-ignore
}

function prompt(n: number, more = ''): UplinkBody {
  return { kind: 'prompt', roomId: 'main', promptId: `card-${n}${more}`, rule: 'stock-out', priority: 'advice', productId: null, raisedMs: 1_777_593_600_000, revision: 0, outcome: null, closedMs: null }; // prettier-ignore
}

const isRefusal = ({ to, code }: Answer) => code >= 128 || to === 'disconnect';

async function uplinkAgainst(answer: Answer): Promise<string[]> {
  const outbox = new MemoryOutbox('studio-1');
  outbox.add(Array.from({ length: RECORDS }, (_, n) => prompt(n)));
  const seqs = new Set<number>();
  const peer = await startStrictPeer(STRICT, answer, (packet, own) => acknowledge(packet.topic, packet.properties?.userProperties, seqs, own)); // prettier-ignore
  const key = generateKeyPairSync('ed25519').privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64');
  const uplink = createUplink({ outbox, nowMs: Date.now, logger: silent }, { agentId: 'studio-1', brokerUrl: `mqtt://127.0.0.1:${peer.port}`, version: '0.1.0', maxInFlight: 100, resendAfterMs: 150, signer: createNoteSigner('studio-1', key), backOffMs: PAUSES }); // prettier-ignore
  try {
    await uplink.start(new AbortController().signal);
    const watched = await watch(() => uplink.status().problem, answer);
    const spun = busy(peer, watched);
    peer.beGood();
    const settled = await until(() => outbox.size === 0);
    return [
      ...spun,
      ...named(answer, watched),
      ...(settled ? [] : [`${outbox.size} records never came, status ${JSON.stringify(uplink.status())}`]),
      ...new Set(peer.violations),
    ];
  } finally {
    await uplink.stop();
    await peer.stop();
  }
}

/** The peer's receiver: says which records came. */
function acknowledge(topic: string, properties: unknown, seqs: Set<number>, peer: StrictPeer): void {
  if (topic !== topics.records('studio-1')) return;
  seqs.add(Number((properties as Record<string, string>)['seq']));
  const ranges = [...seqs].sort((a, b) => a - b).map((seq) => [seq, seq]);
  peer.publish(topics.ack('studio-1'), JSON.stringify({ epoch: 1, contiguous: 0, ranges }));
}

let receivers = 0;

async function receiverAgainst(answer: Answer, database: Database): Promise<string[]> {
  const agentId = `studio-r${++receivers}`;
  const peer = await startStrictPeer(STRICT, answer, () => undefined);
  const receiver = createReceiver({ brokerUrl: `mqtt://127.0.0.1:${peer.port}`, database, nowMs: Date.now, logger: silent, reconnectMs: PAUSES.first }); // prettier-ignore
  const send = (seq: number) => peer.publish(topics.records(agentId), JSON.stringify(prompt(seq, agentId)), { epoch: '3', seq: String(seq) }); // prettier-ignore
  const acknowledged = () => peer.taken.filter(({ topic }) => topic === topics.ack(agentId)).map(({ payload }) => (JSON.parse(payload.toString()) as { contiguous: number }).contiguous); // prettier-ignore
  const stop = new AbortController();
  try {
    receiver.start(stop.signal).catch(() => undefined); // Never subscribed: told below.
    const sending = setInterval(() => send(1), 50);
    const published = answer.to === 'publish' || answer.to === 'disconnect';
    const watched = await watch(() => receiver.status().problem, published ? null : answer);
    clearInterval(sending);
    const spun = busy(peer, watched);
    peer.beGood();
    const back = await until(() => {
      for (let seq = 1; seq <= RECORDS; seq++) send(seq);
      return acknowledged().includes(RECORDS);
    });
    // Without anything to acknowledge it never publishes, and is never refused for it.
    const expected = published ? [] : named(answer, watched);
    return [...spun, ...expected, ...(back ? [] : [`it acknowledges nothing any more: ${JSON.stringify(receiver.status())}`]), ...new Set(peer.violations)]; // prettier-ignore
  } finally {
    stop.abort(new Error('over'));
    await receiver.stop();
    await peer.stop();
  }
}

/** Records that the broker's Maximum Packet Size does not let through wait, and the status says what to do. */
async function smallPackets(): Promise<string[]> {
  const outbox = new MemoryOutbox('studio-1');
  outbox.add([prompt(1, 'x'.repeat(200)), prompt(2)]);
  const peer = await startStrictPeer({ ...STRICT, maximumPacketSize: 256 }, null, () => undefined);
  const uplink = createUplink({ outbox, nowMs: Date.now, logger: silent }, { agentId: 'studio-1', brokerUrl: `mqtt://127.0.0.1:${peer.port}`, version: '0.1.0', maxInFlight: 100, resendAfterMs: 150, backOffMs: PAUSES }); // prettier-ignore
  try {
    await uplink.start(new AbortController().signal);
    const watched = await watch(() => uplink.status().problem, null);
    const told = watched.problems.some((problem) => problem.includes('256'));
    return [...busy(peer, watched), ...peer.violations, ...(told ? [] : [`the status does not name the limit: ${watched.problems.join(', ')}`]), ...(outbox.size === 2 ? [] : ['a record left the outbox'])]; // prettier-ignore
  } finally {
    await uplink.stop();
    await peer.stop();
  }
}

interface Watched {
  readonly problems: readonly string[];
  readonly forMs: number;
}

/** What the status said while the peer was bad: so long at least, and until it said something where it should. */
async function watch(read: () => string | null, answer: Answer | null): Promise<Watched> {
  const told = new Set<string>();
  const beganMs = performance.now();
  const enough = (ms: number) =>
    ms > TOLD_MS || (ms > BAD_MS && (told.size > 0 || answer === null || !isRefusal(answer)));
  while (!enough(performance.now() - beganMs)) {
    const problem = read();
    if (problem !== null) told.add(problem);
    await delay(10);
  }
  return { problems: [...told], forMs: performance.now() - beganMs };
}

/** Pauses of 40 to 320 ms, each by half at least: a client that does not wait comes hundreds of times. */
function busy({ seen }: StrictPeer, { forMs }: Watched): string[] {
  const wrong: string[] = [];
  if (seen.connects > 6 + forMs / 100) wrong.push(`${seen.connects} connections in ${Math.round(forMs)} ms`);
  if (seen.publishes > 100 + forMs / 4) wrong.push(`${seen.publishes} publishes in ${Math.round(forMs)} ms`);
  return wrong;
}

function named(answer: Answer, { problems }: Watched): string[] {
  if (!isRefusal(answer)) return [];
  return problems.length > 0 ? [] : ['the status names no problem'];
}

async function until(done: () => boolean): Promise<boolean> {
  for (const untilMs = performance.now() + SETTLE_MS; performance.now() < untilMs; await delay(50))
    if (done()) return true;
  return done();
}
