/** Recorded shows of the scripted room: one that has ended, and the one that runs. */
import { PANEL_VERBS, type RecordedShow, type ShowLogEntry } from '@livecue/shared/contract';
import { createScriptedRehearsals, type ScriptedRehearsals } from './scripted-rehearsal.ts';
import { card, closed, ended, entry, minute, product, prompt, raised, started } from '../../edge-agent/src/report/testing/entries.ts'; // prettier-ignore

/** Entries of one answer to `shows.read`: few, so that a record takes several. */
const PAGE = 20;
const HOUR_MS = 3_600_000;

/** Two hours of 2026-05-01 from 12:00 UTC. */
function lastShow(): ShowLogEntry[] {
  const at = (minutes: number) => Date.UTC(2026, 4, 1, 12) + minutes * 60_000;
  const surges = Array.from({ length: 6 }, (_, i) => card(`s${i}`, { rule: 'interest-surge', priority: 'advice' }));
  const questions = card('q', { rule: 'counted-questions', priority: 'act-now' });
  return [
    started(),
    product('p3', 3, '亚麻衬衫'),
    product('p5', 5, '蓝色水杯'),
    ...Array.from({ length: 120 }, (_, i) =>
      minute(i, null, { counts: { comments: 40, ordersPaid: 2, unitsPaid: 3, viewersMost: 3_000 + i }, revenueMinor: { CNY: 38_700 } }),
    ),
    ...Array.from({ length: 60 }, (_, i) => minute(i, 'p3', { counts: { unitsPaid: 4 }, revenueMinor: { CNY: 51_600 } })),
    ...Array.from({ length: 60 }, (_, i) => minute(60 + i, 'p5', { counts: { unitsPaid: 2 }, revenueMinor: { CNY: 25_800 } })),
    ...surges.flatMap((one, i) => [raised(at(i * 10), one), closed(at(i * 10) + 12_000, one, i < 4 ? 'done' : 'expired')]).map(prompt),
    prompt(raised(at(70), questions)),
    prompt({ kind: 'held', atMs: at(80), prompt: questions, propensity: 0.1, eligible: [{ rule: 'counted-questions' }], policy: 'rules' }),
    entry(at(90), { kind: 'gap', fromMs: at(84), toMs: at(90) }),
    ended(120),
  ];
} // prettier-ignore

export interface ScriptedRecords {
  readonly rehearsals: ScriptedRehearsals;
  shows: RecordedShow[];
  /** Undefined: another verb. */
  call(verb: string, args: unknown): unknown;
}

export function createScriptedRecords(nowMs: number): ScriptedRecords {
  const id = (ms: number) => `${new Date(ms).toISOString().replace(/[-:]|\.\d+/g, '')}-main`;
  const old = lastShow();
  const running = started();
  const beganMs = Math.floor((nowMs - HOUR_MS) / 1000) * 1000;
  const entries = new Map<string, ShowLogEntry[]>([
    [old[0]!.showId, old],
    [id(beganMs), [{ ...running, atMs: beganMs, showId: id(beganMs) }, { ...minute(0, null, { counts: { comments: 7 } }), atMs: nowMs, showId: id(beganMs) }]],
  ]);
  const made = new Set<string>([old[0]!.showId]);
  const rehearsals = createScriptedRehearsals();
  const records: ScriptedRecords = {
    rehearsals,
    shows: [...entries].map(([showId, all], i) => ({ showId, firstMs: all[0]!.atMs, lastMs: all.at(-1)!.atMs, entries: all.length, ended: i === 0 })),
    call(verb, args) {
      if (verb === 'shows.list') return { shows: records.shows.map((show) => ({ ...show, report: made.has(show.showId) })) };
      if (verb === 'report.make') {
        made.add(PANEL_VERBS[verb].args.parse(args).showId);
        return { made: true };
      }
      if (verb === 'report.read') return { text: '<!doctype html><title>report</title>' };
      if (verb !== 'shows.read') return rehearsals.call(verb, args);
      const { showId, after } = PANEL_VERBS[verb].args.parse(args);
      return { rows: (entries.get(showId) ?? []).slice(after, after + PAGE).map((one, i) => ({ id: after + i + 1, entry: one })) };
    },
  };
  return records;
} // prettier-ignore
