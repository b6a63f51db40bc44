import { INTENT_WORDS, MODE_WORDS, OUTCOME_WORDS, RULE_WORDS, SUPPRESS_WORDS, WHY_WORDS } from './words.ts';
import { createPageText, escaped, type Language, lengthText, moneyText, numberText, type PageText, shareText } from './page-text.ts'; // prettier-ignore
import { PAGE_STYLE } from './page-style.ts';
import { forecastPlot, roomPlot, roomWords } from './plots.ts';
import { FOLLOWED_MS, type ShowReport } from './show-report.ts';
import { timelineRows } from './timeline.ts';
import { median } from './spans.ts';
import type { UpliftRow } from './uplift-row.ts';

/** Rows of the timeline and of long tables on the page; the CSV files have all. */
const MAX_ROWS = 1_000;
const MAX_QUESTIONS = 40;
const PLOTTED = 6;
const OUTCOMES = ['done', 'snoozed', 'muted', 'vetoed', 'withdrawn', 'expired'] as const;

export interface PageOptions {
  readonly lang: Language;
  /** Minutes that the reader's clock is ahead of UTC. */
  readonly zoneMinutes: number;
  /** File of the same page in the other language, beside it. */
  readonly other: string;
}

/** The report as one page: no script, nothing from elsewhere, every text escaped. */
export function reportPage(report: ShowReport, options: PageOptions): string {
  const text = createPageText(options.lang, options.zoneMinutes, report.products);
  const heading = text.say('直播复盘', 'Show report');
  const policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";
  return `<!doctype html>
<html lang="${options.lang === 'zh' ? 'zh-CN' : 'en'}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${escaped(`${heading} ${report.roomId} ${text.day(report.startedMs)}`)}</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
${header(report, text, { heading, other: options.other })}
<main>
${[tiles, room, cues, questions, forecasts, products, uplift, timeline].map((part) => part(report, text)).join('\n')}
</main>
<footer>${footer(report, text)}</footer>
</body>
</html>
`;
}

function header(report: ShowReport, text: PageText, { heading, other }: { heading: string; other: string }): string {
  const { startedMs, endedMs, roomId, mode, why } = report;
  const swap = text.lang === 'zh' ? `<a href="${escaped(other)}" hreflang="en" lang="en">English</a>` : `<a href="${escaped(other)}" hreflang="zh-CN" lang="zh-CN">中文</a>`;
  const marked = mode === 'live' ? '' : `<p><span class="mode">${escaped(text.pick(MODE_WORDS[mode]))}</span></p>`;
  return `<header><h1>${escaped(heading)} · ${escaped(roomId)}</h1>
<p class="dim">${text.day(startedMs)} ${text.clock(startedMs)}–${text.clock(endedMs)} ${text.zone} · ${escaped(text.pick(WHY_WORDS[why ?? 'running']))} · ${swap}</p>${marked}</header>`;
} // prettier-ignore

function tiles(report: ShowReport, text: PageText): string {
  const { total, cues: { raised }, startedMs, endedMs, coverage, rules } = report;
  const { counts } = total;
  const all = raised['act-now'] + raised.advice + raised.info;
  const done = rules.reduce((sum, { outcomes }) => sum + outcomes.done, 0);
  const list: [string, string][] = [
    [text.say('时长', 'Length'), lengthText(endedMs - startedMs)],
    [text.say('数据覆盖', 'Coverage'), shareText(coverage)],
    [text.say('最高在线', 'Most viewers'), counts.viewersMost === undefined ? '–' : numberText(counts.viewersMost)],
    [text.say('评论', 'Comments'), numberText(counts.comments ?? 0)],
    [text.say('付款订单', 'Paid orders'), numberText(counts.ordersPaid ?? 0)],
    [text.say('售出件数', 'Units sold'), numberText(counts.unitsPaid ?? 0)],
    [text.say('销售额', 'Revenue'), moneyText(total.revenueMinor)],
    [text.say('提示 / 照做', 'Cues / acted on'), `${numberText(all)} / ${numberText(done)}`],
  ];
  return `<ul class="tiles">${list.map(([name, value]) => `<li><span class="dim">${escaped(name)}</span><b>${escaped(value)}</b></li>`).join('')}</ul>`;
} // prettier-ignore

function room(report: ShowReport, text: PageText): string {
  const legend = text.say(
    '▲ 立即　● 建议　■ 信息；斜线处没有数据，不是零。每分钟的数字在 timeline.csv。',
    '▲ act now · ● advice · ■ information; hatched: no data, not nought. The numbers of each minute are in timeline.csv.',
  );
  return `<h2>${text.say('全场', 'The room')}</h2>
<figure><div class="wide" role="region" aria-label="${text.say('全场时间图', 'The room over time')}" tabindex="0">${roomPlot(report, text)}</div>
<figcaption>${escaped(roomWords(report, text))} ${escaped(legend)}</figcaption></figure>`;
}

function cues(report: ShowReport, text: PageText): string {
  const { raised, mostIn10Min, mostActNowIn10Min, limits, held, medianToDoneMs } = report.cues;
  const all = raised['act-now'] + raised.advice + raised.info;
  const share = (part: number) => shareText(all === 0 ? null : part / all);
  const over = (value: number, limit: number) => `<span${value > limit ? ' class="over"' : ''}>${value} / ${limit}</span>`;
  const facts = [
    [text.say('任意 10 分钟内最多（上限）', 'Most in any 10 min (limit)'), over(mostIn10Min, limits.cardsPer10Min)],
    [text.say('其中立即（上限）', 'Act now among them (limit)'), over(mostActNowIn10Min, limits.actNowPer10Min)],
    [text.say('立即 / 建议 / 信息', 'Act now / advice / information'), `${share(raised['act-now'])} · ${share(raised.advice)} · ${share(raised.info)}`],
    [text.say('为测效果而保留', 'Held back for measuring'), numberText(held)],
    [text.say('照做用时（中位数）', 'Median time to act'), medianToDoneMs === null ? '–' : lengthText(medianToDoneMs)],
  ];
  const limitsTable = table(text.say('主持人屏幕的限制（HP2、HP3）', 'Limits of the host screen (HP2, HP3)'), [left(text.say('项目', 'What')), text.say('数值', 'Value')],
    facts.map(([name, value]) => [escaped(name!), value!]));
  const head = [left(text.say('规则', 'Rule')), text.say('上屏', 'Raised'), text.say('显示', 'Shown'), ...OUTCOMES.map((one) => text.pick(OUTCOME_WORDS[one])), text.say('照做用时', 'To act'), text.say('保留', 'Held back'), left(text.say('未上屏的原因', 'Not shown because'))];
  const rows = report.rules.map((rule) => [
    escaped(text.pick(RULE_WORDS[rule.rule])), numberText(rule.raised), lengthText(rule.shownMs), ...OUTCOMES.map((one) => numberText(rule.outcomes[one])),
    rule.toDoneMs.length === 0 ? '–' : lengthText(median(rule.toDoneMs)!), numberText(rule.held),
    escaped(Object.entries(rule.suppressed).map(([reason, count]) => `${text.pick(SUPPRESS_WORDS[reason as keyof typeof SUPPRESS_WORDS])} ${count}`).join(', ')),
  ]);
  const empty = `<p>${text.say('这一场没有提示。', 'No cue came in this show.')}</p>`;
  return `<h2>${text.say('提示', 'Cues')}</h2>${limitsTable}<br>${rows.length === 0 ? empty : table(text.say('每条规则', 'By rule'), head, rows)}`;
} // prettier-ignore

function questions(report: ShowReport, text: PageText): string {
  const head = [left(text.say('商品', 'Product')), left(text.say('问题', 'Question')), text.say('条数', 'Comments'), text.say('人数', 'Viewers'), text.say('场控回答', 'By the operator'), text.say('按提示回答', 'On a cue'), text.say('讲解时', 'While on air'), text.say('未回答', 'Unanswered')];
  const rows = report.questions.slice(0, MAX_QUESTIONS).map((row) => [
    escaped(row.productId === null ? text.say('未指明商品', 'No product named') : text.product(row.productId)),
    escaped(text.pick(INTENT_WORDS[row.intent])), numberText(row.comments), row.viewers === null ? '–' : numberText(row.viewers),
    numberText(row.byOperator), numberText(row.byCue), numberText(row.onAir), numberText(row.unanswered),
  ]);
  const caption = text.say(
    '每个问题只算一类：5 分钟内场控回答过，或主持人照提示做了，或商品正在讲解（可能已口头回答），其余为未回答。人数为全场不重复观众。',
    'Each question counts once: answered by the operator within 5 min, or the host acted on a cue for it, or the product was on air (the host may have said it); else unanswered. Viewers are distinct over the show.',
  );
  const rest = report.questions.length - rows.length;
  const more = rest <= 0 ? '' : `<p class="dim">${text.say(`另有 ${rest} 项在 questions.csv。`, `${rest} more are in questions.csv.`)}</p>`;
  return `<h2>${text.say('观众的问题', 'What viewers asked')}</h2>${rows.length === 0 ? `<p>${text.say('没有提问。', 'Nothing was asked.')}</p>` : table(caption, head, rows, 2) + more}`;
} // prettier-ignore

function forecasts(report: ShowReport, text: PageText): string {
  const heading = `<h2>${text.say('预测与销售', 'Forecast and sales')}</h2>`;
  if (report.forecasts.length === 0) return `${heading}<p>${text.say('没有可以核对的预测。', 'No forecast could be compared.')}</p>`;
  const head = [left(text.say('商品', 'Product')), text.say('时长（分）', 'Minutes'), text.say('次数', 'Forecasts'), text.say('预计件数', 'Expected'), text.say('实际件数', 'Sold'), text.say('区间内', 'Within bounds')];
  const rows = report.forecasts.slice(0, MAX_ROWS).map((row) => [
    escaped(row.productId === null ? text.say('全部', 'All') : text.product(row.productId)), numberText(row.minutes), numberText(row.compared),
    numberText(row.expected, 1), numberText(row.units), shareText(row.within),
  ]);
  const caption = text.say('区间应包含五分之四的结果；售罄或数据中断的时段不计。', 'The bounds are to hold four of five; times without stock or without data are left out.');
  const drawn = report.products.filter(({ productId }) => report.compared.some((one) => one.productId === productId)).slice(0, PLOTTED);
  const plots = drawn.map(({ productId }) => forecastPlot(report, productId, text)).join('');
  const words = text.say('每 5 分钟：浅带为事先给出的区间，短线为均值，圆点为实际售出。', 'Every 5 min: the band is what was said before, the dash its mean, the dot what was sold.');
  return `${heading}<figure><div class="small">${plots}</div><figcaption>${escaped(words)}</figcaption></figure>${table(caption, head, rows)}`;
} // prettier-ignore

function products(report: ShowReport, text: PageText): string {
  const head = [left(text.say('商品', 'Product')), text.say('讲解', 'On air'), text.say('点击', 'Views'), text.say('加购', 'Carts'), text.say('订单', 'Orders'), text.say('件数', 'Units'), text.say('销售额', 'Revenue'), text.say('退款', 'Refunds'), text.say('库存', 'Stock'), text.say('关注最高', 'Most interest')];
  const rows = report.products.slice(0, MAX_ROWS).map(({ productId, explainedMs, counts, revenueMinor, refundMinor, stock, peak, soldOutMinutes }) => {
    const out = soldOutMinutes > 0 ? text.say(`（售罄 ${soldOutMinutes} 分）`, ` (sold out ${soldOutMinutes} min)`) : '';
    return [
      escaped(text.product(productId)), lengthText(explainedMs), numberText(counts.productViews ?? 0), numberText(counts.cartAdds ?? 0),
      numberText(counts.ordersPaid ?? 0), numberText(counts.unitsPaid ?? 0), escaped(moneyText(revenueMinor)), escaped(moneyText(refundMinor)),
      stock === null ? '–' : escaped(`${numberText(stock.first)} → ${numberText(stock.last)}${out}`), peak === null ? '–' : text.minute(peak.openMs),
    ];
  });
  return `<h2>${text.say('商品', 'Products')}</h2>${rows.length === 0 ? `<p>${text.say('没有商品数据。', 'Nothing was counted of any product.')}</p>` : table(text.say('按售出件数排列', 'Most sold first'), head, rows)}`;
} // prettier-ignore

function uplift(report: ShowReport, text: PageText): string {
  if (report.uplift === null || report.uplift.length === 0) return '';
  const what = { orders: text.say('订单', 'orders'), answered: text.say('回答', 'answers') };
  const head = [left(text.say('规则', 'Rule')), left(text.say('商品', 'Product')), left(text.say('结果', 'Outcome')), text.say('上屏', 'Shown'), text.say('保留', 'Held back'), text.say('差（95 % 区间）', 'Difference (95 % interval)'), text.say('还需次数', 'Still needed')];
  const side = ({ decisions, mean }: UpliftRow['shown']) => `${numberText(mean, 2)} (${numberText(decisions)})`;
  const rows = report.uplift.slice(0, MAX_ROWS).map((row) => [
    escaped(text.pick(RULE_WORDS[row.rule])), escaped(row.productId === null ? text.say('全部', 'All') : text.product(row.productId)), escaped(what[row.outcome]),
    side(row.shown), side(row.held),
    row.uplift === null ? text.say('次数太少', 'too few') : `${numberText(row.uplift.value, 2)} (${numberText(row.uplift.lo, 2)} … ${numberText(row.uplift.hi, 2)})`,
    row.stillNeeded === null ? '–' : numberText(row.stillNeeded),
  ]);
  const caption = text.say(
    '随机保留一部分提示，与上屏的相比：每次之后的平均结果（括号内为次数）。区间含 0 时还不能说有用。“还需次数”为看出两成差别所需。',
    'A random share of cues is held back and compared with those shown: mean outcome after each (number of cues). While the interval holds 0 nothing can be said yet. “Still needed”: cues until a difference of a fifth would show.',
  );
  return `<h2>${text.say('提示有没有用', 'Do the cues help?')}</h2>${table(caption, head, rows, 3)}`;
} // prettier-ignore

function timeline(report: ShowReport, text: PageText): string {
  const all = timelineRows(report, text);
  const minutes = FOLLOWED_MS / 60_000;
  const head = [left(text.say('时间', 'Time')), left(text.say('类别', 'Kind')), left(text.say('商品', 'Product')), left(text.say('内容', 'What')), left(text.say('结果', 'Outcome')), text.say(`前 / 后 ${minutes} 分售出`, `Units ${minutes} min before / after`)];
  const rows = all.slice(0, MAX_ROWS).map(({ atMs, kind, productId, words, outcome }) => {
    const units = productId === null ? null : report.followed(productId, atMs);
    return [text.clock(atMs), escaped(kind), escaped(productId === null ? '' : text.productShort(productId)), escaped(words), escaped(outcome), units === null ? '' : `${units.before} / ${units.after}`];
  });
  const rest = all.length - rows.length;
  const caption = text.say(`发生了什么${rest > 0 ? `（此处省略后面 ${rest} 行）` : ''}`, `What happened${rest > 0 ? ` (${rest} later rows are left out here)` : ''}`);
  return `<h2>${text.say('时间线', 'Timeline')}</h2>${rows.length === 0 ? `<p>${text.say('没有事件。', 'Nothing happened.')}</p>` : table(caption, head, rows, 5)}`;
} // prettier-ignore

function footer({ showId, modelVersion, leftOut }: ShowReport, text: PageText): string {
  const { minutes, products: goods, cards, others } = leftOut;
  const rest = minutes + goods + cards + others === 0 ? '' : text.say(
    ` 因数量太多而未列出：${minutes} 分钟、${goods} 个商品、${cards} 条提示、${others} 项其他。`,
    ` Too much to be told one by one: ${minutes} minutes, ${goods} products, ${cards} cues, ${others} others.`,
  );
  return `<p class="dim">${escaped(`${showId} · ${modelVersion}.${rest}`)}</p>`;
} // prettier-ignore

interface Head {
  readonly words: string;
  readonly left: true;
}
const left = (words: string): Head => ({ words, left: true });

/** Cells are HTML already; the first `textColumns` and those marked are set left. */
function table(caption: string, head: readonly (string | Head)[], rows: readonly (readonly string[])[], textColumns = 1): string {
  const isLeft = head.map((one, at) => at < textColumns || typeof one !== 'string');
  const heads = head.map((one, at) => `<th scope="col"${isLeft[at] ? ' class="l"' : ''}>${escaped(typeof one === 'string' ? one : one.words)}</th>`).join('');
  const body = rows.map((row) => `<tr>${row.map((cell, at) => at === 0 ? `<th scope="row" class="l">${cell}</th>` : `<td class="${isLeft[at] ? 'l' : 'n'}">${cell}</td>`).join('')}</tr>`).join('\n');
  return `<div class="wide" role="region" aria-label="${escaped(caption)}" tabindex="0"><table><caption>${escaped(caption)}</caption><thead><tr>${heads}</tr></thead><tbody>
${body}</tbody></table></div>`;
} // prettier-ignore
