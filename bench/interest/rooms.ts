import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import type { Catalogue } from '@livecue/shared/contract';
import { type LiveEvent, parseLiveEvent } from '@livecue/shared/event';
import type { Prediction } from '@livecue/shared/insight';
import { createProductLinker } from '../../edge-agent/src/inference/product-linker.ts';
import { openRulePredictor } from '../../edge-agent/src/inference/rule-predictor.ts';
import { demoCatalogue } from '../../edge-agent/src/ingest/simulator/catalogue.ts';
import { createRandom, type Random } from '../../edge-agent/src/ingest/simulator/random.ts';
import type { Fed } from './shows.ts';

const ROOMS = fileURLToPath(new URL('../../../shared/data/rooms', import.meta.url));
const RULES = fileURLToPath(new URL('../../models/intent-rules', import.meta.url));

/**
 * How products come into a recording of a room that sells nothing.
 *
 *   words    aliases are the 30 commonest words of the room: what the agent's own rules and linker make of it
 *   spread   every comment is a question for one of 12 products, and half of them a look at it, by chance and
 *            popularity: attention to every product follows the room's own bursts, and nobody wants one of them more
 *   chants   as `spread`, and every 5 min 60 to 240 viewers write 666 within 10 s, of whom a third look at
 *            any one of the products
 */
export const MAPPINGS = ['words', 'spread', 'chants'] as const;
export type Mapping = (typeof MAPPINGS)[number];

/** Why the recordings cannot be read, or null. */
export function missingRooms(): string | null {
  const found = existsSync(ROOMS) && readdirSync(ROOMS).some((file) => file.endsWith('.jsonl.gz'));
  return found ? null : 'no recordings (*.jsonl.gz) in shared/data/rooms beside the checkout';
}

export interface Recording {
  readonly name: string;
  readonly hours: number;
  readonly comments: readonly LiveEvent[];
}

export function readRooms(): Recording[] {
  return readdirSync(ROOMS)
    .filter((file) => file.endsWith('.jsonl.gz'))
    .sort()
    .map((file) => {
      const comments: LiveEvent[] = [];
      for (const line of gunzipSync(readFileSync(path.join(ROOMS, file))).toString('utf8').split('\n')) {
        if (line === '') continue;
        const value = JSON.parse(line) as { time: string };
        const parsed = parseLiveEvent(value, Date.parse(value.time));
        if (!parsed.ok) throw new Error(`reading ${file}: ${parsed.detail}`);
        if (parsed.event.type === 'live.comment.created') comments.push(parsed.event);
      }
      comments.sort((a, b) => a.eventTimeMs - b.eventTimeMs);
      const hours = (comments.at(-1)!.eventTimeMs - comments[0]!.eventTimeMs) / 3_600_000;
      return { name: file.replace('.jsonl.gz', ''), hours, comments };
    });
} // prettier-ignore

/** The recording with products in it. */
export function mapRoom(recording: Recording, mapping: Mapping): Fed[] {
  if (mapping === 'words') return byWords(recording);
  const random = createRandom(`bench-interest/${recording.name}/${mapping}`);
  const spread = recording.comments.flatMap((event) => spreadOver(event, random));
  if (mapping === 'spread') return spread;
  const all = [...spread, ...chants(recording, random)];
  return all.sort((a, b) => a.event.eventTimeMs - b.event.eventTimeMs);
}

function byWords(recording: Recording): Fed[] {
  const predictor = openRulePredictor(RULES, createProductLinker(catalogueOf(recording)));
  return recording.comments.map((event) => ({ event, prediction: predictor.predict([textOf(event)])[0] ?? null }));
}

function textOf(event: LiveEvent): string {
  return event.type === 'live.comment.created' ? event.data.text : '';
}

/** Thirty products that are called what the room says most often: words of 2 to 6 characters. */
function catalogueOf({ comments }: Recording): Catalogue {
  const counts = new Map<string, number>();
  for (const event of comments) {
    for (const word of new Set(
      textOf(event)
        .toLowerCase()
        .split(/[\s,，。!！?？~]+/u),
    )) {
      const length = [...word].length;
      if (length >= 2 && length <= 6) counts.set(word, (counts.get(word) ?? 0) + 1);
    }
  }
  const words = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, 30);
  const [like] = demoCatalogue().products;
  const products = words.map(([word], i) => ({ ...like!, productId: `w${i}`, skus: [], linkNumber: i + 1, name: { zh: word, en: word }, aliases: [word] })); // prettier-ignore
  return { version: 1, products };
}

const PRODUCTS = 12;
/** Popularity falls as 1/rank. */
const POPULARITY = Array.from({ length: PRODUCTS }, (_, i) => 1 / (i + 1));

function spreadOver(event: LiveEvent, random: Random): Fed[] {
  const productId = `p${random.weighted(POPULARITY)}`;
  const fed: Fed[] = [{ event, prediction: questionAbout(productId) }];
  if (event.type === 'live.comment.created' && random.chance(0.5)) {
    fed.push(viewOf(event, productId, event.data.author.identifier));
  }
  return fed;
}

function questionAbout(productId: string | null): Prediction {
  const products = productId === null ? [] : [{ productId, score: 1 }];
  return {
    intent: productId === null ? 'chat_other' : 'product_question', intentScore: 1, products,
    offensive: null, spam: null, sentiment: null, modelVersion: 'bench',
  }; // prettier-ignore
}

function viewOf(event: LiveEvent, productID: string, identifier: string): Fed {
  const view = { ...event, id: `${event.id}/view`, type: 'shop.product.viewed', source: 'shop/bench/1', data: { product: { productID }, agent: { identifier } } } as LiveEvent; // prettier-ignore
  return { event: view, prediction: null };
}

const CHANT_EVERY_MS = 300_000;
const CHANT_MS = 10_000;

function chants({ comments }: Recording, random: Random): Fed[] {
  const [first, last] = [comments[0]!, comments.at(-1)!];
  const fed: Fed[] = [];
  for (let atMs = first.eventTimeMs + CHANT_EVERY_MS; atMs < last.eventTimeMs; atMs += CHANT_EVERY_MS) {
    const viewers = 60 + random.below(181);
    for (let i = 0; i < viewers; i++) {
      const eventTimeMs = Math.floor(atMs + random.between(0, CHANT_MS));
      const identifier = `chant${random.below(5_000)}`;
      const chant = { ...first, id: `bench:chant-${atMs}-${i}`, eventTimeMs, ingestTimeMs: eventTimeMs, data: { text: '666', author: { identifier }, isPaid: false } } as LiveEvent; // prettier-ignore
      fed.push({ event: chant, prediction: questionAbout(null) });
      if (random.chance(1 / 3)) fed.push(viewOf(chant, `p${random.weighted(POPULARITY)}`, identifier));
    }
  }
  return fed;
}
