/**
 * The page that OBS draws over the picture. It reads the agent's overlay feed and shows what stands in it, as text
 * and never as markup; it has no way to change anything. Without the agent it is empty.
 */
import type { OverlayState } from '@livecue/shared/contract';
import './overlay.css';
import { clockText, leftMs } from './clock.ts';

type Words = { readonly zh: string; readonly en: string };

const WORDS = {
  zh: { rehearsal: '演练，非直播', explaining: '正在讲解', left: (n: number) => `仅剩 ${n} 件` },
  en: { rehearsal: 'Rehearsal, not live', explaining: 'Now showing', left: (n: number) => `${n} left` },
};
/** The agent sends a state every 5 s: beyond this it is gone, and what it said last may be wrong. */
const SILENT_MS = 15_000;
const TICK_MS = 200;

let state: OverlayState | null = null;
let sinceMs = 0;

function part(card: string, name: string): HTMLElement {
  const found = document.querySelector<HTMLElement>(`#${card} .${name}`);
  if (found === null) throw new Error(`the overlay has no ${card} ${name}`);
  return found;
}

function show(card: string, visible: boolean): void {
  const element = document.getElementById(card);
  if (element !== null && element.hidden === visible) element.hidden = !visible;
}

function write(card: string, name: string, text: string): void {
  const element = part(card, name);
  if (element.textContent !== text) element.textContent = text;
}

function money(price: string, currency: string, language: 'zh' | 'en'): string {
  const locale = language === 'zh' ? 'zh-CN' : 'en';
  return new Intl.NumberFormat(locale, { style: 'currency', currency, currencyDisplay: 'narrowSymbol' }).format(Number(price)); // prettier-ignore
}

const numberOf = (linkNumber: number | null, language: 'zh' | 'en'): string =>
  linkNumber === null ? '' : language === 'zh' ? `${linkNumber}号` : `#${linkNumber}`;

function drawProduct({ product, language }: OverlayState): void {
  show('product', product !== null);
  if (product === null) return;
  write('product', 'number', numberOf(product.linkNumber, language));
  write('product', 'name', of(product.name, language));
  const { price, priceCurrency } = product;
  write('product', 'price', price === null || priceCurrency === null ? '' : money(price, priceCurrency, language));
  write('product', 'mark', product.explaining ? WORDS[language].explaining : '');
}

function drawOffer({ offer, language, nowMs }: OverlayState, atMs: number): void {
  const left = offer === null || offer.endsMs === null ? null : leftMs(offer.endsMs, nowMs, sinceMs, atMs);
  show('offer', offer !== null && (left === null || left > 0));
  if (offer === null) return;
  write('offer', 'number', numberOf(offer.linkNumber, language));
  write('offer', 'name', of(offer.name, language));
  write('offer', 'price', money(offer.price, offer.priceCurrency, language));
  write('offer', 'list', offer.listPrice === null ? '' : money(offer.listPrice, offer.priceCurrency, language));
  write('offer', 'clock', left === null ? '' : clockText(left));
  write('offer', 'left', offer.left === null ? '' : WORDS[language].left(offer.left));
}

function drawAnswer({ answer, language }: OverlayState): void {
  show('answer', answer !== null);
  if (answer === null) return;
  const { question } = answer;
  part('answer', 'question').hidden = question === null;
  write('answer', 'question', question ?? '');
  write('answer', 'words', of(answer.answer, language));
}

const of = (words: Words, language: 'zh' | 'en'): string => words[language] || words.zh || words.en;

function draw(): void {
  const atMs = performance.now();
  const now = state !== null && atMs - sinceMs <= SILENT_MS ? state : null;
  document.documentElement.lang = now?.language === 'en' ? 'en' : 'zh-CN';
  show('rehearsal', now?.simulated === true);
  if (now === null) {
    for (const card of ['product', 'offer', 'answer']) show(card, false);
    return;
  }
  const rehearsal = document.getElementById('rehearsal');
  if (rehearsal !== null) rehearsal.textContent = WORDS[now.language].rehearsal;
  drawProduct(now);
  drawOffer(now, atMs);
  drawAnswer(now);
}

const token = new URLSearchParams(location.search).get('token') ?? '';
// It connects again by itself after a cut.
const feed = new EventSource(`/overlay/events?token=${encodeURIComponent(token)}`);
feed.onmessage = ({ data }: MessageEvent<string>) => {
  state = JSON.parse(data) as OverlayState;
  sinceMs = performance.now();
  draw();
};
setInterval(draw, TICK_MS);
