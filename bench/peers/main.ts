/** `npm run bench:peers`: LiveCue beside Node-RED, rsyslog and a Mosquitto bridge, the same events, one subscriber. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { commit, machine, ROOMS } from '../driven-agent.ts';
import { loudestStretch } from '../envelope.ts';
import { delays, faults, throughput, type Delays, type Fault, type Plan, type Quick, type Trouble } from './measure.ts';
import { programs, type Compared } from './programs.ts';

const HELP = `npm run bench:peers -- [--quick] [--only PARTS] [--programs NAMES] [--seconds N] [--rate N] [--json] [--data DIR]

Sends the same events to LiveCue, Node-RED, rsyslog with czmq and a Mosquitto bridge, and counts what arrives at one
MQTT subscriber. What is missing is got into .cache/peers (Node-RED by npm, rsyslog from Debian's packages).

  throughput  as fast as each takes events, for --seconds
  delays      at --rate events a second: from event to counted, and memory
  away, kill, both   broker away for 60 s, SIGKILL in the middle, and the one in the middle of the other, at 500
              events a second, all programs side by side: events lost and doubled

  --quick           broker away for 10 s, shorter loads
  --only PARTS      which, with commas between (default all)
  --programs NAMES  which programs, by the start of their names, with commas between (default all)
  --seconds N       length of throughput; delays take 30 s (default 15)
  --rate N          of delays (default 5000)
  --json            one JSON object on stdout
  --data DIR        folder for their files (default a new one in the temporary folder)
`;
const PARTS = ['throughput', 'delays', 'away', 'kill', 'both'];
const PRODUCTS = 500;
const FAULT_RATE = 500;

interface Row {
  readonly title: string;
  readonly version: string;
  quick?: Quick;
  delays?: Delays;
  faults: Partial<Record<Trouble, Fault>>;
}

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', default: PARTS.join(',') },
    programs: { type: 'string', default: '' },
    seconds: { type: 'string', default: '15' },
    rate: { type: 'string', default: '5000' },
    json: { type: 'boolean', default: false },
    data: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help) process.stdout.write(HELP);
else process.exitCode = await main();

async function main(): Promise<number> {
  const parts = values.only.split(',');
  const unknown = parts.filter((part) => !PARTS.includes(part));
  if (unknown.length > 0) {
    process.stderr.write(`bench:peers: there is no part ${unknown.join(', ')}; there are ${PARTS.join(', ')}\n`);
    return 2;
  }
  const folder = values.data ?? mkdtempSync(path.join(os.tmpdir(), 'livecue-peers-'));
  mkdirSync(folder, { recursive: true });
  try {
    const compared = (await programs((reason) => void process.stderr.write(`left out: ${reason}\n`))).filter(({ title }) => values.programs.split(',').some((name) => title.toLowerCase().startsWith(name.toLowerCase()))); // prettier-ignore
    const rows = await measured(compared, parts, folder);
    const result = { machine: machine(), commit: await commit(), date: new Date().toISOString(), quick: values.quick, rate: Number(values.rate), rows }; // prettier-ignore
    process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : table(result));
    return rows.some(({ title, faults }) => title.endsWith('HTTP') && Object.values(faults).some(({ lost, doubled }) => lost + doubled > 0)) ? 1 : 0; // prettier-ignore
  } finally {
    if (values.data === undefined) rmSync(folder, { recursive: true, force: true });
  }
}

async function measured(compared: readonly Compared[], parts: readonly string[], folder: string): Promise<Row[]> {
  const envelope = loudestStretch(ROOMS, 60);
  const textsFile = path.join(folder, 'texts.json');
  writeFileSync(textsFile, JSON.stringify(envelope.texts));
  const say = (what: string) => void process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${what}\n`);
  const plan: Plan = { folder, textsFile, perSecond: envelope.perSecond, products: PRODUCTS, say };
  const rows = compared.map(({ title, version }): Row => ({ title, version, faults: {} }));
  for (const [index, one] of compared.entries()) {
    if (one.onlyFaults) continue;
    if (parts.includes('throughput')) {
      say(`throughput: ${one.title}`);
      rows[index]!.quick = await throughput(one, plan, values.quick ? 5 : Number(values.seconds));
    }
    if (parts.includes('delays')) {
      say(`delays: ${one.title}`);
      rows[index]!.delays = await delays(one, plan, { seconds: 30, rate: Number(values.rate) });
    }
  }
  for (const trouble of ['away', 'kill', 'both'] as const) {
    if (!parts.includes(trouble)) continue;
    say(`${trouble}: all`);
    const told = await faults(compared, plan, trouble, { awaySeconds: values.quick ? 10 : 60, rate: FAULT_RATE });
    for (const row of rows) row.faults[trouble] = told.get(row.title)!;
  }
  return rows;
}

function table({ machine, commit, rate, quick, rows }: { machine: string; commit: string; rate: number; quick: boolean; rows: readonly Row[] }): string {
  const [ours] = rows;
  const ratio = (other: number | undefined, own: number | undefined) => other === undefined || own === undefined ? '' : ` (${(other / own).toFixed(2)})`;
  const fault = (told: Fault | undefined) => (told === undefined ? '' : `${told.lost} / ${told.doubled} / ${told.wholeAfterSeconds} s${told.again > 0 ? `, ${told.again} messages again` : ''}`);
  const away = `broker away ${quick ? 10 : 60} s`;
  const head = ['', 'events/s', 'lost', 'MB', `at ${rate}/s: p50 / p99 ms`, 'p99 beyond window', 'MB', `${away}: lost / doubled / whole after`, 'SIGKILL', 'both'];
  const lines = rows.map(({ title, version, quick, delays, faults }) => [
    `${title} ${version}`,
    quick === undefined ? '' : `${quick.eventsPerSecond}${ratio(quick.eventsPerSecond, ours?.quick?.eventsPerSecond)}`,
    quick === undefined ? '' : `${quick.lost}${quick.doubled > 0 ? ` (${quick.doubled} doubled)` : ''}`,
    quick === undefined ? '' : `${quick.memoryMb}${ratio(quick.memoryMb, ours?.quick?.memoryMb)}`,
    delays === undefined ? '' : `${delays.p50Ms} / ${delays.p99Ms}${ratio(delays.p99Ms, ours?.delays?.p99Ms)}`,
    delays === undefined ? '' : `${delays.beyondMs}`,
    delays === undefined ? '' : `${delays.memoryMb}${delays.firstMb < delays.memoryMb ? `, ${delays.firstMb} of it its own` : ''}${ratio(delays.memoryMb, ours?.delays?.memoryMb)}`,
    fault(faults.away), fault(faults.kill), fault(faults.both),
  ]);
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [`${machine} · ${commit} · ${FAULT_RATE}/s with faults, ${rows.find(({ faults }) => faults.away ?? faults.kill ?? faults.both)?.faults.away?.sent ?? 0} events sent in the first`, '', row(head), row(head.map(() => '---')), ...lines.map(row), '', 'In brackets: how many times the figure of LiveCue.', ''].join('\n');
} // prettier-ignore
