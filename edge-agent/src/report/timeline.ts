import { ACTION_WORDS, ANOMALY_WORDS, INTENT_WORDS, OFFER_WORDS, OUTCOME_WORDS, RULE_WORDS } from './words.ts';
import { lengthText, type PageText } from './page-text.ts';
import type { ShowReport } from './show-report.ts';

/** Something that happened, in the page's words. */
export interface TimelineRow {
  readonly atMs: number;
  readonly kind: string;
  readonly productId: string | null;
  readonly words: string;
  readonly outcome: string;
}

/** What happened in a show in its order: explanations, offers, cues and their outcome, acts, oddities, gaps. */
export function timelineRows(report: ShowReport, text: PageText): TimelineRow[] {
  const rows: TimelineRow[] = [];
  for (const { productId, fromMs, toMs } of report.explains) {
    rows.push({ atMs: fromMs, kind: text.say('讲解', 'On air'), productId, words: text.product(productId), outcome: lengthText(toMs - fromMs) }); // prettier-ignore
  }
  for (const { eventTimeMs, productId, offerKind, price, priceCurrency, phase } of report.offers) {
    const words = `${text.pick(OFFER_WORDS[offerKind ?? 'none'])} ${priceCurrency} ${price}`;
    rows.push({ atMs: eventTimeMs, kind: text.say('优惠', 'Offer'), productId, words, outcome: text.pick(OFFER_WORDS[phase]) }); // prettier-ignore
  }
  for (const card of report.cards) {
    if (card.fate === 'suppressed') continue;
    const open = card.outcome === null ? text.say('未结束', 'still open') : text.pick(OUTCOME_WORDS[card.outcome]);
    const shown = card.outcome === null ? open : `${open} · ${lengthText(card.shownMs)}`;
    const outcome = card.fate === 'held' ? text.say('为测效果而保留', 'held back for measuring') : shown;
    rows.push({ atMs: card.raisedMs, kind: `${text.say('提示', 'Cue')} · ${text.pick(RULE_WORDS[card.rule])}`, productId: card.productId, words: text.pick(card.headline), outcome }); // prettier-ignore
  }
  for (const { atMs, verb, productId, intent, values } of report.actions) {
    // What is done to a card stands with the card.
    if (verb.startsWith('prompt.') && verb !== 'prompt.show') continue;
    const switches = Object.entries(values).map(([name, value]) => `${name} ${String(value)}`);
    const words = [text.pick(ACTION_WORDS[verb] ?? { zh: verb, en: verb }), ...(intent === null ? [] : [text.pick(INTENT_WORDS[intent])])].join(' · '); // prettier-ignore
    rows.push({ atMs, kind: text.say('场控', 'Operator'), productId, words, outcome: switches.join(', ') });
  }
  for (const { kind, startMs, endMs } of report.anomalies) {
    const length = endMs === null ? text.say('未结束', 'still going on') : lengthText(endMs - startMs);
    rows.push({ atMs: startMs, kind: text.say('异常', 'Odd'), productId: null, words: text.pick(ANOMALY_WORDS[kind]), outcome: length }); // prettier-ignore
  }
  for (const { fromMs, toMs, why } of report.gaps) {
    const words = why === 'feed' ? text.pick(ANOMALY_WORDS['feed-gap']) : text.say('程序未运行', 'Agent not running');
    rows.push({ atMs: fromMs, kind: text.say('缺口', 'Gap'), productId: null, words, outcome: lengthText(toMs - fromMs) }); // prettier-ignore
  }
  return rows.sort((a, b) => a.atMs - b.atMs);
}
