/**
 * The one subscriber at the broker that all programs compared send to. It counts events by the second they happened
 * in, each message once by its id, and it acknowledges LiveCue's records as the receiver does, without a database.
 */
import { connectAsync, type IPublishPacket } from 'mqtt';
import { TOPIC_ROOT, topics, type UplinkBody } from '@livecue/shared/contract';
import { ackOf, addSeqs, EMPTY_SEQ_SET, type SeqSet } from '../../cloud/src/receiver/seq-set.ts';

export const PEER_TOPIC = 'peers';

/** What came of one program. */
export interface Counted {
  /** Events by start of the span of event time they are told of, ms. */
  readonly spans: Map<number, number>;
  total: number;
  /** Messages whose id had come before; they are not counted again. */
  again: number;
  /** Events of all messages so far, and when they came: one pair for each message that told of some. */
  readonly came: [events: number, atMs: number][];
  /** LiveCue has told that it is connected; others do not tell. */
  online: boolean;
}

export interface Subscriber {
  /** By the name under which a program sends. */
  of(name: string): Counted;
  /** Forgets what was counted. */
  end(): Promise<void>;
}

const ACK_EVERY_MS = 20;

export async function startSubscriber(brokerUrl: string): Promise<Subscriber> {
  const client = await connectAsync(brokerUrl, { clientId: 'subscriber', protocolVersion: 5, properties: { receiveMaximum: 1000 } }); // prettier-ignore
  const programs = new Map<string, Program>();
  const of = (name: string): Program => {
    const known = programs.get(name);
    if (known !== undefined) return known;
    const made = createProgram();
    programs.set(name, made);
    return made;
  };
  client.on('message', (topic, payload, packet) => {
    const parts = topic.split('/');
    if (parts[0] === PEER_TOPIC) return of(parts[1]!).takePeer(parts[2]!, payload.toString('utf8'));
    const agentId = parts[2]!;
    if (topic === topics.presence(agentId)) of(agentId).counted.online = payload.includes('"online"');
    if (topic === topics.records(agentId)) of(agentId).takeRecord(payload.toString('utf8'), packet);
  });
  await client.subscribeAsync([`${PEER_TOPIC}/#`, `${TOPIC_ROOT}/#`], { qos: 1 });
  const timer = setInterval(() => {
    for (const [name, program] of programs)
      for (const ack of program.takeAcks()) client.publish(topics.ack(name), JSON.stringify(ack), { qos: 1, retain: true }); // prettier-ignore
  }, ACK_EVERY_MS);
  return {
    of: (name) => of(name).counted,
    async end() {
      clearInterval(timer);
      await client.endAsync(true);
    },
  };
}

type Program = ReturnType<typeof createProgram>;

function createProgram() {
  const counted: Counted = { spans: new Map(), total: 0, again: 0, came: [], online: false };
  const ids = new Set<string>();
  /** Newest rows of LiveCue by start of their window. */
  const rows = new Map<number, { revision: number; events: number }>();
  const seqs = new Map<number, SeqSet>();
  const toAck = new Set<number>();

  const isNew = (id: string): boolean => {
    if (ids.has(id)) counted.again++;
    else return ids.add(id) !== undefined;
    return false;
  };
  const add = (spanMs: number, events: number) => {
    counted.spans.set(spanMs, (counted.spans.get(spanMs) ?? 0) + events);
    counted.total += events;
  };
  const came = () => {
    if (counted.came.at(-1)?.[0] !== counted.total) counted.came.push([counted.total, Date.now()]);
  };

  /** `windows`: how many events of which seconds. `events`: the events themselves, which we count here. */
  const takePeer = (kind: string, text: string) => {
    if (kind === 'windows') {
      const { id, seconds } = JSON.parse(text) as { id: string; seconds: Record<string, number> };
      if (isNew(id)) for (const [second, events] of Object.entries(seconds)) if (events > 0) add(Date.parse(`${second}Z`), events); // prettier-ignore
    } else {
      const events = JSON.parse(text) as { id: string; time: string }[];
      for (const { id, time } of events) if (isNew(id)) add(Math.floor(Date.parse(time) / 1000) * 1000, 1);
    }
    came();
  };

  const takeRecord = (text: string, { properties }: IPublishPacket) => {
    const told = properties?.userProperties ?? {};
    const [epoch, seq] = [Number(told['epoch']), Number(told['seq'])];
    seqs.set(epoch, addSeqs(seqs.get(epoch) ?? EMPTY_SEQ_SET, [seq]));
    toAck.add(epoch);
    if (!isNew(`${epoch}-${seq}`)) return;
    const body = JSON.parse(text) as UplinkBody;
    if (body.kind !== 'window' || body.group.kind !== 'room') return;
    const known = rows.get(body.windowStartMs);
    if (known !== undefined && known.revision >= body.revision) return;
    rows.set(body.windowStartMs, { revision: body.revision, events: body.counts.events });
    add(body.windowStartMs, body.counts.events - (known?.events ?? 0));
    came();
  };

  const takeAcks = () => {
    const acks = [...toAck].map((epoch) => ackOf(epoch, seqs.get(epoch) ?? EMPTY_SEQ_SET));
    toAck.clear();
    return acks;
  };
  return { counted, takePeer, takeRecord, takeAcks };
}
