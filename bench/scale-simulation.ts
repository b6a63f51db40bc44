/** `npm run bench:scale`: the numbers behind docs/scale.md. Needs no data and no network. */
import { parseArgs } from 'node:util';
import { herdOf } from './scale-herd.ts';
import { drainS, queueOf } from './scale-queue.ts';
import { ratesOf, type RoomRates } from './scale-rooms.ts';

const HELP = `npm run bench:scale [-- --rooms N] [-- --capacity N] [-- --hours N] [-- --minutes N] [-- --json]

Plays simulated rooms through the agent's stream, counts what leaves them, and works out for --rooms of them what
receivers, queues, disks and an hour without a broker come to. What one cell (broker, receiver, PostgreSQL) commits
and how many bytes a row takes are figures of livecue bench uplink.

  --rooms N      rooms on air at once (default 10000)
  --capacity N   records a second that one cell commits (default 5000: the bar, which the bench passed)
  --hours N      hours a day that a room is on air (default 8)
  --minutes N    length of each simulated room (default 10)
  --json         one JSON object on stdout
`;

const KS = [1, 5, 25];
const ROOMS = [36, 150].flatMap((joinsPerS) => [8, 50, 500].map((products) => ({ joinsPerS, products })));
/** The room that the later tables are for. */
const TYPICAL = { joinsPerS: 36, products: 50, windowMs: 10_000, k: 5 };
/** Bytes on disk a row, with its indexes: what bench uplink says, rounded. */
const ROW_BYTES = { window: 1_300, signal: 540, coverage: 300, log: 850 };
/** cloud/mosquitto/mosquitto.conf: max_queued_messages; receiver.ts: WAITING_MAX. Together, for each receiver. */
const QUEUE_ROOM = 10_000 + 20_000;
const RESEND_S = 10;
const OUTAGE_S = 3_600;
const GB = 1e9;

function main(): number {
  const text = (value: string) => ({ type: 'string', default: value }) as const;
  const { values } = parseArgs({ options: { rooms: text('10000'), capacity: text('5000'), hours: text('8'), minutes: text('10'), json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } }); // prettier-ignore
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const [rooms, capacity, hours, minutes] = [values.rooms, values.capacity, values.hours, values.minutes].map(Number) as [number, number, number, number]; // prettier-ignore
  if (
    ![rooms, capacity, minutes].every((value) => Number.isInteger(value) && value > 0) ||
    !(hours > 0 && hours <= 24)
  ) {
    // prettier-ignore
    process.stderr.write('bench:scale: --rooms, --capacity and --minutes are whole numbers from 1, --hours goes to 24\n');
    return 2;
  }
  const rates = ROOMS.flatMap((room) => ratesOf({ ...room, minutes, seed: 1 }, KS));
  const typical = rates.find((own) => Object.entries(TYPICAL).every(([key, value]) => own[key as keyof RoomRates] === value))!; // prettier-ignore
  const cellsFor = (own: RoomRates) => Math.ceil((totalOf(own) * rooms) / capacity);
  const least = cellsFor(typical);
  const result = {
    rooms,
    capacity,
    hours,
    rates: rates.map((own) => ({ ...own, total: totalOf(own), allRooms: totalOf(own) * rooms, cells: cellsFor(own) })),
    disk: diskOf(typical, rooms, hours),
    queue: [least, least + 1, least + 2, least + 4].flatMap((cells) => [1, 8].map((spreadS) => ({ cells, spreadS, ...queueFor(typical, rooms / cells, capacity, spreadS) }))), // prettier-ignore
    outage: [least, least + 1, least + 2, least + 4].map((cells) => ({ cells, backlogARoom: totalOf(typical) * OUTAGE_S, drainMinutes: minutesOf(drainS(totalOf(typical) * rooms * OUTAGE_S, totalOf(typical) * rooms, capacity * cells)) })), // prettier-ignore
    herd: herdOf(rooms, OUTAGE_S, randomOf(1)),
  };
  process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : tables(result));
  return 0;
}

const totalOf = ({ windows, signals, coverage }: RoomRates) => windows + signals + coverage;
const minutesOf = (seconds: number | null) => (seconds === null ? null : seconds / 60);

function randomOf(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

/** A day's partition and the other tables, and all of them after 400 days (rows) and with the log for as long. */
function diskOf({ windows, signals, coverage }: RoomRates, rooms: number, hours: number) {
  const day = (perS: number, bytes: number) => ({ rows: perS * rooms * hours * 3600, gigabytes: (perS * rooms * hours * 3600 * bytes) / GB }); // prettier-ignore
  return {
    windows: day(windows, ROW_BYTES.window),
    signals: day(signals, ROW_BYTES.signal),
    coverage: day(coverage, ROW_BYTES.coverage),
    log: day(windows + signals + coverage, ROW_BYTES.log),
  };
}

/**
 * Windows end at the same moments in all rooms: their rows come within `spreadS` of each 10 s, and signals and
 * coverage with those of the minute.
 */
function queueFor({ windows, signals, coverage }: RoomRates, rooms: number, capacity: number, spreadS: number) {
  const arrivals = Array.from({ length: 60 }, (_, second) => {
    if (second % 10 >= spreadS) return 0;
    const minute = second < 10 ? (signals + coverage) * 60 : 0;
    return ((windows * 10 + minute) * rooms) / spreadS;
  });
  return queueOf({ arrivals, capacity, room: QUEUE_ROOM, resendS: RESEND_S, periods: 30 });
}

type Result = {
  rooms: number;
  capacity: number;
  hours: number;
  rates: (RoomRates & { total: number; allRooms: number; cells: number })[];
  disk: ReturnType<typeof diskOf>;
  queue: ({ cells: number; spreadS: number } & ReturnType<typeof queueFor>)[];
  outage: { cells: number; backlogARoom: number; drainMinutes: number | null }[];
  herd: ReturnType<typeof herdOf>;
};

function tables({ rooms, capacity, hours, rates, disk, queue, outage, herd }: Result): string {
  const row = (...cells: (string | number)[]) => `| ${cells.join(' | ')} |`;
  const head = (...cells: string[]) => [row(...cells), row(...cells.map(() => '---'))];
  const round = (value: number, digits = 0) => value.toFixed(digits);
  return [
    `Records a second of one room, and of ${rooms} rooms at ${capacity}/s a cell`,
    ...head('joins/s', 'products', 'window, s', 'k', 'windows', 'signals', 'all', 'most in a window', `${rooms} rooms`, 'cells'), // prettier-ignore
    ...rates.map((own) => row(own.joinsPerS, own.products, own.windowMs / 1000, own.k, round(own.windows, 2), round(own.signals, 2), round(own.total, 2), own.burst, round(own.allRooms), own.cells)), // prettier-ignore
    '',
    `What follows is for rooms of ${TYPICAL.joinsPerS} joins/s, ${TYPICAL.products} products, windows of 10 s, k ${TYPICAL.k}`,
    '',
    `Disk, ${hours} h a day on air`,
    ...head('table', 'rows a day, millions', 'GB a day', 'GB in 30 days', 'TB in 400 days'),
    ...Object.entries(disk).map(([name, { rows, gigabytes }]) => row(name, round(rows / 1e6, 1), round(gigabytes, 1), round(gigabytes * 30), round((gigabytes * 400) / 1000, 1))), // prettier-ignore
    '',
    'Queues: all windows end at the same moment',
    ...head('cells', 'rows come within, s', 'most waiting a cell', 'longest wait, s', 'sent again, %', 'keeps up'),
    ...queue.map((own) => row(own.cells, own.spreadS, round(own.mostWaiting), round(own.longestS, 1), round(own.sentAgain * 100, 1), own.keepsUp ? 'yes' : 'no')), // prettier-ignore
    '',
    'After 1 h without a broker',
    ...head('cells', 'waiting in each room', 'minutes until all is in'),
    ...outage.map((own) => row(own.cells, round(own.backlogARoom), own.drainMinutes === null ? 'never' : round(own.drainMinutes))), // prettier-ignore
    '',
    `Reconnects of ${rooms} agents: ${round(herd.mostPerS)} attempts in the worst second, ${round(herd.attemptsPerS)}/s after an hour;`,
    `back: at most ${herd.mostBackPerS} connections in a second, half after ${herd.backAfterS[0]} s, 99 % after ${herd.backAfterS[1]} s, all after ${herd.backAfterS[2]} s`,
    '',
  ].join('\n');
}

process.exitCode = main();
