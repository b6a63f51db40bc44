import { RULE_WORDS } from './words.ts';
import { escaped, numberText, type PageText } from './page-text.ts';
import type { ReportMinute, ShowReport } from './show-report.ts';

const WIDTH = 1120;
const LEFT = 64;
const RIGHT = 8;
const LANE = 84;
const MINUTE_MS = 60_000;
/** Minutes of which less was seen than this are not drawn. */
const SEEN = 0.5;

interface Scale {
  x(ms: number): number;
}

/** The show on one time axis: viewers, comments, units sold, what was explained, cues and offers; gaps hatched. */
export function roomPlot(report: ShowReport, text: PageText): string {
  const { startedMs, endedMs } = report;
  const span = Math.max(MINUTE_MS, endedMs - startedMs);
  const scale: Scale = { x: (ms) => LEFT + (Math.min(Math.max(ms - startedMs, 0), span) / span) * (WIDTH - LEFT - RIGHT) };
  const marksTop = 3 * LANE + 12;
  const height = marksTop + 108;
  const parts = [
    HATCH,
    timeAxis(report, text, scale, height - 16),
    viewerLane(report.minutes, text, scale, 0),
    barLane(report.minutes, text, scale, { top: LANE, name: 'comments', css: 'comments', words: text.say('评论 / 分', 'Comments / min') }),
    barLane(report.minutes, text, scale, { top: 2 * LANE, name: 'unitsPaid', css: 'units', words: text.say('售出 / 分', 'Units / min') }),
    explainLane(report, text, scale, marksTop),
    markLanes(report, text, scale, marksTop + 32),
    gapRects(report, text, scale, height - 20),
  ];
  return svg(WIDTH, height, roomWords(report, text), parts.join(''));
} // prettier-ignore

/** What the plot shows, for those who do not see it. */
export function roomWords({ minutes, total, gaps, cues }: ShowReport, text: PageText): string {
  const most = minutes.reduce<ReportMinute | null>((best, one) => ((one.counts.comments ?? 0) > (best?.counts.comments ?? 0) ? one : best), null); // prettier-ignore
  const at = most === null ? '–' : text.minute(most.openMs);
  const peak = numberText(most?.counts.comments ?? 0);
  const raised = cues.raised['act-now'] + cues.raised.advice + cues.raised.info;
  const [viewers, units] = [numberText(total.counts.viewersMost ?? 0), numberText(total.counts.unitsPaid ?? 0)];
  return text.say(
    `${minutes.length} 分钟：最多 ${viewers} 人同时在线，评论最多的一分钟在 ${at}（${peak} 条），共售出 ${units} 件，提示 ${raised} 次，数据中断 ${gaps.length} 次。`,
    `${minutes.length} minutes: at most ${viewers} viewers at once, most comments in the minute of ${at} (${peak}), ${units} units sold, ${raised} cues, ${gaps.length} gaps in the data.`,
  );
}

function timeAxis({ startedMs, endedMs }: ShowReport, text: PageText, { x }: Scale, bottom: number): string {
  const steps = [1, 2, 5, 10, 15, 30, 60, 120, 240, 480, 720];
  const minutes = (endedMs - startedMs) / MINUTE_MS;
  const step = (steps.find((one) => minutes / one <= 14) ?? 1_440) * MINUTE_MS;
  let out = '';
  for (let at = Math.ceil(startedMs / step) * step; at <= endedMs; at += step) {
    out += line(x(at), 0, x(at), bottom - 12) + label(x(at), bottom + 6, text.minute(at), 'middle');
  }
  return out;
}

function viewerLane(minutes: readonly ReportMinute[], text: PageText, { x }: Scale, top: number): string {
  const most = Math.max(1, ...minutes.map(({ counts }) => counts.viewersMost ?? 0));
  const y = (value: number) => top + LANE - 8 - (value / most) * (LANE - 24);
  let path = '';
  let pen = false;
  for (const { openMs, coverage, counts } of minutes) {
    const value = coverage < SEEN ? undefined : counts.viewersLast;
    if (value !== undefined) path += `${pen ? 'L' : 'M'}${fixed(x(openMs + MINUTE_MS / 2))} ${fixed(y(value))}`;
    pen = value !== undefined;
  }
  return laneHead(text.say('在线', 'Viewers'), most, top) + line(LEFT, y(0), WIDTH - RIGHT, y(0)) + `<path class="viewers" d="${path}"/>`; // prettier-ignore
}

function barLane(
  minutes: readonly ReportMinute[],
  text: PageText,
  { x }: Scale,
  lane: { top: number; name: 'comments' | 'unitsPaid'; css: string; words: string },
): string {
  const most = Math.max(1, ...minutes.map(({ counts }) => counts[lane.name] ?? 0));
  const base = lane.top + LANE - 8;
  let bars = '';
  for (const { openMs, coverage, counts } of minutes) {
    const value = counts[lane.name] ?? 0;
    if (coverage < SEEN || value === 0) continue;
    const height = (value / most) * (LANE - 24);
    const width = Math.max(0.8, x(openMs + MINUTE_MS) - x(openMs) - 0.6);
    bars += `<rect class="${lane.css}" x="${fixed(x(openMs))}" y="${fixed(base - height)}" width="${fixed(width)}" height="${fixed(height)}">${title(`${text.minute(openMs)} ${numberText(value)}`)}</rect>`; // prettier-ignore
  }
  return laneHead(lane.words, most, lane.top) + line(LEFT, base, WIDTH - RIGHT, base) + bars;
}

function explainLane({ explains }: ShowReport, text: PageText, { x }: Scale, top: number): string {
  let out = label(LEFT - 8, top + 15, text.say('讲解', 'On air'), 'end');
  for (const { productId, fromMs, toMs } of explains) {
    const width = Math.max(1, x(toMs) - x(fromMs));
    const short = text.productShort(productId);
    const words = `${text.product(productId)} ${text.minute(fromMs)}–${text.minute(toMs)}`;
    out += `<rect class="explain" x="${fixed(x(fromMs))}" y="${top}" width="${fixed(width)}" height="22">${title(words)}</rect>`;
    if (width > 9 * short.length) out += `<text class="explain-label" x="${fixed(x(fromMs) + width / 2)}" y="${top + 15}" text-anchor="middle">${escaped(short)}</text>`; // prettier-ignore
  }
  return out;
}

/** Cues by priority in place, form and colour; below them offers, then what was odd. */
function markLanes({ cards, offers, anomalies, endedMs }: ShowReport, text: PageText, { x }: Scale, top: number): string {
  let out = label(LEFT - 8, top + 12, text.say('提示', 'Cues'), 'end');
  for (const { fate, rule, priority, headline, raisedMs } of cards) {
    if (fate !== 'raised') continue;
    const [at, y] = [x(raisedMs), top + 8];
    const words = title(`${text.clock(raisedMs)} ${text.pick(RULE_WORDS[rule])} · ${text.pick(headline)}`);
    if (priority === 'act-now') out += `<path class="act-now" d="M${fixed(at)} ${y - 7}l6 12h-12z">${words}</path>`;
    else if (priority === 'advice') out += `<circle class="advice" cx="${fixed(at)}" cy="${y}" r="4.5">${words}</circle>`;
    else out += `<rect class="info" x="${fixed(at - 4)}" y="${y - 4}" width="8" height="8">${words}</rect>`;
  }
  if (offers.length > 0) out += label(LEFT - 8, top + 34, text.say('优惠', 'Offers'), 'end');
  for (const offer of offers) {
    if (offer.phase !== 'started') continue;
    const over = offers.find((one) => one.phase === 'ended' && one.productId === offer.productId && one.eventTimeMs >= offer.eventTimeMs); // prettier-ignore
    const toMs = over?.eventTimeMs ?? offer.validThroughMs ?? endedMs;
    out += `<path class="offer" d="M${fixed(x(offer.eventTimeMs))} ${top + 25}v8H${fixed(Math.max(x(toMs), x(offer.eventTimeMs) + 3))}v-8">${title(text.product(offer.productId))}</path>`; // prettier-ignore
  }
  if (anomalies.length > 0) out += label(LEFT - 8, top + 54, text.say('异常', 'Odd'), 'end');
  for (const { startMs, endMs, kind } of anomalies) {
    const width = Math.max(3, x(endMs ?? endedMs) - x(startMs));
    out += `<rect class="wrong" x="${fixed(x(startMs))}" y="${top + 44}" width="${fixed(width)}" height="10">${title(kind)}</rect>`;
  }
  return out;
} // prettier-ignore

function gapRects({ gaps }: ShowReport, text: PageText, { x }: Scale, bottom: number): string {
  return gaps.map(({ fromMs, toMs, why }) => {
    const words = why === 'feed' ? text.say('数据中断', 'No data') : text.say('程序未运行', 'Agent off');
    const width = Math.max(2, x(toMs) - x(fromMs));
    const sign = width > 64 ? label(x(fromMs) + width / 2, 14, words, 'middle') : '';
    return `<rect class="gap" x="${fixed(x(fromMs))}" y="0" width="${fixed(width)}" height="${bottom}">${title(`${words} ${text.minute(fromMs)}–${text.minute(toMs)}`)}</rect>${sign}`;
  }).join('');
} // prettier-ignore

/** Five minutes at a time: the bounds said before as a band, their mean as a dash, what was sold as a dot. */
export function forecastPlot(report: ShowReport, productId: string, text: PageText): string {
  const own = report.compared.filter((one) => one.productId === productId && one.toMs - one.fromMs === 5 * MINUTE_MS);
  const [width, height, left, base] = [360, 140, 36, 116];
  const most = Math.max(1, ...own.map(({ hi80, units }) => Math.max(hi80, units)));
  const span = Math.max(5 * MINUTE_MS, report.endedMs - report.startedMs);
  const x = (ms: number) => left + ((ms - report.startedMs) / span) * (width - left - 8);
  const y = (value: number) => base - (value / most) * (base - 24);
  let out = line(left, base, width - 8, base) + label(left - 4, 28, numberText(most, 1), 'end') + label(left - 4, base, '0', 'end');
  for (const { fromMs, toMs, mean, lo80, hi80, units } of own) {
    const wide = Math.max(1, x(toMs) - x(fromMs) - 1);
    const words = title(`${text.minute(fromMs)}–${text.minute(toMs)}: ${numberText(units)} (${numberText(lo80, 1)}–${numberText(hi80, 1)})`);
    out += `<rect class="band" x="${fixed(x(fromMs))}" y="${fixed(y(hi80))}" width="${fixed(wide)}" height="${fixed(Math.max(1, y(lo80) - y(hi80)))}">${words}</rect>`;
    out += `<path class="mean" d="M${fixed(x(fromMs))} ${fixed(y(mean))}h${fixed(wide)}"/>`;
    out += `<circle class="sold" cx="${fixed(x(fromMs) + wide / 2)}" cy="${fixed(y(units))}" r="2.5"/>`;
  }
  out += label(left, height - 6, text.minute(report.startedMs), 'start') + label(width - 8, height - 6, text.minute(report.endedMs), 'end');
  const within = own.filter(({ units, lo80, hi80 }) => units >= lo80 && units <= hi80).length;
  const name = text.product(productId);
  const words = text.say(`${name}：${own.length} 段中 ${within} 段在预测区间内`, `${name}: ${within} of ${own.length} within the bounds`);
  return `<div>${svg(width, height, words, out)}<p class="dim">${escaped(words)}</p></div>`;
} // prettier-ignore

const HATCH = '<defs><pattern id="hatch" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path class="hatch" d="M0 0V8"/></pattern></defs>'; // prettier-ignore

function svg(width: number, height: number, words: string, body: string): string {
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(words)}">${body}</svg>`;
}

const laneHead = (words: string, most: number, top: number): string =>
  label(LEFT - 8, top + 20, numberText(most), 'end') + label(LEFT - 8, top + LANE - 8, '0', 'end') + `<text x="${LEFT + 4}" y="${top + 12}">${escaped(words)}</text>`; // prettier-ignore
const line = (x1: number, y1: number, x2: number, y2: number): string =>
  `<path class="axis" d="M${fixed(x1)} ${fixed(y1)}L${fixed(x2)} ${fixed(y2)}"/>`;
const label = (x: number, y: number, words: string, anchor: 'start' | 'middle' | 'end'): string =>
  `<text x="${fixed(x)}" y="${fixed(y)}" text-anchor="${anchor}">${escaped(words)}</text>`;
const title = (words: string): string => `<title>${escaped(words)}</title>`;
const fixed = (value: number): string => String(Math.round(value * 10) / 10);
