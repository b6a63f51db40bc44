import type { RuleName } from '@livecue/shared/prompt';
import { PAGE_STYLE } from '../report/page-style.ts';
import { createPageText, escaped, type Language, lengthText, type PageText } from '../report/page-text.ts';
import { OUTCOME_WORDS, RULE_WORDS, SUPPRESS_WORDS } from '../report/words.ts';
import type { Comparison, Instead, PairedCard, RuleCounts, ShownCard } from './alignment.ts';
import type { Change } from './settings.ts';

export interface TunePage {
  readonly files: readonly string[];
  readonly changes: readonly Change[];
  /** The part of the configuration file to merge, as JSON text. */
  readonly apply: string;
  readonly comparison: Comparison;
  /** Event time of the first and the last event. */
  readonly span: { readonly fromMs: number; readonly toMs: number };
}

const STATUS = {
  kept: { sign: '=', zh: '不变', en: 'kept' },
  moved: { sign: '→', zh: '时间变了', en: 'moved' },
  gone: { sign: '−', zh: '没有了', en: 'gone' },
  new: { sign: '+', zh: '新出现', en: 'new' },
} as const;
const ALL = ['kept', 'moved', 'gone', 'new'] as const;
const WIDTH = 1120;
const LEFT = 72;

const STYLE = `${PAGE_STYLE}
pre{background:var(--surface);border:1px solid var(--line);border-radius:6px;padding:12px;overflow-x:auto}
main .wide table{min-width:600px}
tr.kept td,tr.moved td{color:var(--text-dim)}
td b{color:var(--text)}
.mark-gone{fill:none;stroke:var(--wrong);stroke-width:2}
.mark-new{fill:var(--good)}
.mark-kept{fill:var(--text-dim)}
.mark-moved{fill:var(--advice)}
.s-gone{color:var(--wrong);font-weight:600}
.s-new{color:var(--good);font-weight:600}
.s-moved{color:var(--advice)}
`;

/** Both replays side by side as one page: no script, nothing from elsewhere, every text escaped. Times are UTC. */
export function tunePage(page: TunePage, lang: Language, other: string): string {
  const text = createPageText(lang, 0, []);
  const title = text.say('调参对照', 'Tuning by replay');
  const swap = lang === 'zh' ? `<a href="${escaped(other)}" hreflang="en" lang="en">English</a>` : `<a href="${escaped(other)}" hreflang="zh-CN" lang="zh-CN">中文</a>`;
  return `<!doctype html>
<html lang="${lang === 'zh' ? 'zh-CN' : 'en'}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<header><h1>${escaped(title)}</h1>
<p class="dim">${escaped(page.files.join(' · '))} · ${text.day(page.span.fromMs)} ${text.clock(page.span.fromMs)}–${text.clock(page.span.toMs)} UTC · ${swap}</p>
<p><span class="mode">${text.say('回放对照，没有改动任何配置', 'Two replays; nothing was changed')}</span></p></header>
<main>
${[changes(page, text), tiles(page, text), timeline(page, text), rules(page, text), cards(page, text)].join('\n')}
</main>
</body>
</html>
`;
} // prettier-ignore

function changes({ changes: list, apply }: TunePage, text: PageText): string {
  const rows = list.map(({ key, from, to }) => `<tr><th scope="row" class="l">${escaped(key)}</th><td>${escaped(String(from))}</td><td><b>${escaped(String(to))}</b></td></tr>`).join(''); // prettier-ignore
  const none = `<p>${text.say('两次用的是同一配置。', 'Both replays had the same configuration.')}</p>`;
  const head = [text.say('设置', 'Setting'), text.say('现在', 'Now'), text.say('改为', 'Tried')];
  const how = text.say('要采用，把这一段并入 config.json，再重启：', 'To adopt it, merge this into config.json and start again:');
  const table = `<div class="wide" tabindex="0"><table><caption>${text.say('改了什么', 'What was changed')}</caption>${headOf(head)}<tbody>${rows}</tbody></table></div><p>${how}</p><pre>${escaped(apply)}</pre>`;
  return `<section><h2>${text.say('试的改动', 'The change that was tried')}</h2>${list.length === 0 ? none : table}</section>`;
} // prettier-ignore

function headOf(names: readonly string[], left = 1): string {
  return `<thead><tr>${names.map((name, index) => `<th scope="col"${index < left ? ' class="l"' : ''}>${escaped(name)}</th>`).join('')}</tr></thead>`; // prettier-ignore
}

const statusText = (status: PairedCard['status'], text: PageText): string => `${STATUS[status].sign} ${text.say(STATUS[status].zh, STATUS[status].en)}`; // prettier-ignore

function tiles({ comparison: { counts } }: TunePage, text: PageText): string {
  return `<ul class="tiles">${ALL.map((status) => `<li><b>${counts[status]}</b>${statusText(status, text)}</li>`).join('')}</ul>`; // prettier-ignore
}

/** Two lanes of marks over one axis; who does not see it has the table below. */
function timeline({ comparison, span }: TunePage, text: PageText): string {
  const length = Math.max(1, span.toMs - span.fromMs);
  const x = (ms: number) => (LEFT + ((ms - span.fromMs) / length) * (WIDTH - LEFT - 12)).toFixed(1);
  const mark = ({ status, ...pair }: PairedCard, card: ShownCard | null, y: number) => {
    if (card === null) return '';
    const name = `${text.clock(card.atMs)} ${text.pick(card.prompt.headline)} · ${text.say(STATUS[status].zh, STATUS[status].en)}`; // prettier-ignore
    const line = pair.before !== null && pair.after !== null && y > 40 ? `<line class="axis" x1="${x(pair.before.atMs)}" y1="36" x2="${x(pair.after.atMs)}" y2="60"/>` : ''; // prettier-ignore
    return `${line}<circle class="mark-${status}" cx="${x(card.atMs)}" cy="${y}" r="5"><title>${escaped(name)}</title></circle>`;
  };
  const marks = comparison.cards.map((pair) => mark(pair, pair.before, 30) + mark(pair, pair.after, 66)).join('');
  const { kept, moved, gone, new: fresh } = comparison.counts;
  const words = text.say(`上排现在，下排改后：${kept} 张不变，${moved} 张时间变了，${gone} 张没有了，${fresh} 张新出现。`, `Above as it is, below as tried: ${kept} kept, ${moved} moved, ${gone} gone, ${fresh} new.`); // prettier-ignore
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const ms = span.fromMs + share * length;
    return `<text x="${x(ms)}" y="96" text-anchor="${share === 0 ? 'start' : share === 1 ? 'end' : 'middle'}">${text.clock(ms)}</text>`; // prettier-ignore
  });
  const lanes = [30, 66].map((y) => `<line class="axis" x1="${LEFT}" y1="${y}" x2="${WIDTH}" y2="${y}"/>`).join('');
  const names = `<text x="0" y="34">${text.say('现在', 'Now')}</text><text x="0" y="70">${text.say('改后', 'Tried')}</text>`; // prettier-ignore
  return `<figure><div class="wide" tabindex="0"><svg viewBox="0 0 ${WIDTH} 104" role="img" aria-label="${escaped(words)}">${lanes}${names}${ticks.join('')}${marks}</svg></div><figcaption>${escaped(words)}</figcaption></figure>`; // prettier-ignore
}

const ruleText = (rule: RuleName, text: PageText): string => text.pick(RULE_WORDS[rule]);
const reasonText = (reason: Instead, text: PageText): string => reason === 'held' ? text.say('随机留出', 'held back by chance') : text.pick(SUPPRESS_WORDS[reason]); // prettier-ignore

function refusals(refused: RuleCounts['refusedBefore'], text: PageText): string {
  const parts = Object.entries(refused).map(([reason, count]) => `${reasonText(reason as Instead, text)} ${count}`);
  return parts.length === 0 ? '–' : escaped(parts.join(' · '));
}

function rules({ comparison }: TunePage, text: PageText): string {
  const names = [text.say('规则', 'Rule'), text.say('现在', 'Now'), text.say('改后', 'Tried'), ...ALL.map((status) => statusText(status, text)), text.say('没上屏（现在）', 'Not shown (now)'), text.say('没上屏（改后）', 'Not shown (tried)')]; // prettier-ignore
  const rows = Object.entries(comparison.byRule).sort(([a], [b]) => (a < b ? -1 : 1)).map(([rule, counts]) => {
    const cells = [counts.before, counts.after, ...ALL.map((status) => counts[status])].map((count) => `<td>${count}</td>`).join('');
    return `<tr><th scope="row" class="l">${escaped(ruleText(rule as RuleName, text))}</th>${cells}<td class="l">${refusals(counts.refusedBefore, text)}</td><td class="l">${refusals(counts.refusedAfter, text)}</td></tr>`;
  }); // prettier-ignore
  return `<section><h2>${text.say('按规则', 'By rule')}</h2><div class="wide" tabindex="0"><table><caption>${text.say('每条规则的卡片数', 'Cards of each rule')}</caption>${headOf(names)}<tbody>${rows.join('')}</tbody></table></div></section>`; // prettier-ignore
}

function cards({ comparison }: TunePage, text: PageText): string {
  const names = [
    text.say('结果', 'Result'),
    text.say('现在', 'Now'),
    text.say('改后', 'Tried'),
    text.say('为什么', 'Why'),
  ];
  const rows = comparison.cards.map((pair) => {
    const cell = (card: ShownCard | null) => (card === null ? '–' : cardText(card, text));
    return `<tr class="${pair.status}"><td class="l n s-${pair.status}">${statusText(pair.status, text)}</td><td class="l">${cell(pair.before)}</td><td class="l">${cell(pair.after)}</td><td class="l">${escaped(whyText(pair, text))}</td></tr>`; // prettier-ignore
  });
  const none = `<p>${text.say('两次都没有卡片。', 'Neither replay raised a card.')}</p>`;
  const table = `<div class="wide" tabindex="0"><table><caption>${text.say('按时间，UTC', 'By time, UTC')}</caption>${headOf(names, 4)}<tbody>${rows.join('')}</tbody></table></div>`; // prettier-ignore
  return `<section><h2>${text.say('逐张对照', 'Card by card')}</h2>${rows.length === 0 ? none : table}</section>`;
}

function cardText({ prompt, atMs, closedMs, outcome }: ShownCard, text: PageText): string {
  const stood = closedMs === null ? text.say('到结束', 'to the end') : lengthText(closedMs - atMs);
  const end = outcome === null ? '' : ` · ${text.pick(OUTCOME_WORDS[outcome])}`;
  return `${text.clock(atMs)} <b>${escaped(text.pick(prompt.headline))}</b><br>${escaped(text.pick(prompt.reason))}<br><span class="dim">${escaped(`${ruleText(prompt.rule, text)} · ${stood}${end}`)}</span>`; // prettier-ignore
}

function whyText(pair: PairedCard, text: PageText): string {
  if (pair.status === 'kept') return '';
  if (pair.status === 'moved') {
    const seconds = ((pair.after.atMs - pair.before.atMs) / 1000).toFixed(1);
    return text.say(`${seconds} 秒`, `${seconds} s`).replace('-', '−');
  }
  const missing = pair.status === 'gone' ? text.say('改后', 'as tried') : text.say('现在', 'as it is');
  if (pair.instead === null) return text.say(`${missing}规则没有提出`, `its rule does not ask for it ${missing}`);
  return `${missing}${text.say('：', ': ')}${reasonText(pair.instead, text)}`;
}
