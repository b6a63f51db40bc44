import type { Catalogue, Product, RehearsalStart } from '@livecue/shared/contract';
import { simulatedCatalogue } from '../ingest/simulator/catalogue.ts';
import type { Category, SimulatedProduct } from '../ingest/simulator/demo-products.ts';
import { PROFILES } from '../ingest/simulator/profiles.ts';
import { createSimulatedRoom, type SimulatedRoom } from '../ingest/simulator/room.ts';
import type { FileFrame } from '../ingest/replay-source.ts';

/** Room time that is made at once: memory stays flat however long the show is. */
const SLICE_MS = 1_000;
/** What a product without a stock of its own has of it. */
const USUAL_STOCK = 200;
const USUAL_PRICE = '99.00';
/** More are not spoken of in a room. */
const MOST_PRODUCTS = 500;

/** Words by which a product's kind is told: it decides what viewers ask of it. */
const KINDS: readonly (readonly [Category, RegExp])[] = [
  ['shoes', /鞋|靴|shoe|boot|sneaker|sandal|loafer/i],
  ['scarf', /巾|披肩|scarf|shawl/i],
  ['clothes', /衣|裤|裙|衫|袜|帽|shirt|dress|coat|pants|jeans|skirt|hoodie|sweater|jacket/i],
  ['cosmetic', /霜|乳|口红|唇|粉|精华|面膜|香水|lip|cream|serum|blush|mask|perfume/i],
  ['food', /茶|果|酒|饼|糖|米|面|肉|零食|tea|nut|wine|biscuit|snack|food|coffee/i],
];

type Simulated = Extract<RehearsalStart['from'], { kind: 'simulated' }>;

/** The studio's products as viewers of a simulated room see them: what is missing is made up. */
export function ownProducts(products: readonly Product[]): SimulatedProduct[] {
  return products.slice(0, MOST_PRODUCTS).map((product, index) => {
    const words = `${product.name.zh} ${product.name.en}`;
    const zh = product.aliases.find((alias) => /\p{Script=Han}/u.test(alias)) ?? product.name.zh;
    const en = product.aliases.find((alias) => /^[\x20-\x7e]+$/.test(alias)) ?? product.name.en;
    return {
      product: {
        ...product,
        price: product.price ?? USUAL_PRICE,
        // The simulated shop knows this one alone.
        priceCurrency: 'CNY',
        stock: product.stock ?? USUAL_STOCK,
      },
      category: KINDS.find(([, pattern]) => pattern.test(words))?.[0] ?? 'bottle',
      popularity: 4 / (4 + index),
      shortName: { zh, en },
    };
  });
}

/** What is sold in it: the studio's own products where they are wanted and there are any. */
export function catalogueOfRoom(from: Simulated, own: Catalogue): Catalogue {
  return from.ownProducts && own.products.length > 0 ? own : simulatedCatalogue(PROFILES[from.profile].products);
}

/** A simulated room as a recording: the same choice and start give the same bytes. */
export function simulatedRecording(from: Simulated, own: Catalogue, room: { id: string; startMs: number }) {
  const products = from.ownProducts && own.products.length > 0 ? ownProducts(own.products) : undefined;
  const made = createSimulatedRoom({
    seed: from.seed,
    startMs: room.startMs,
    durationMs: from.minutes * 60_000,
    profile: PROFILES[from.profile],
    roomId: room.id,
    ...(products === undefined ? {} : { products }),
  });
  return framesOf(made, room.startMs);
}

async function* framesOf(room: SimulatedRoom, startMs: number): AsyncGenerator<FileFrame> {
  const encoder = new TextEncoder();
  let line = 1;
  for (let untilMs = startMs + SLICE_MS; ; untilMs += SLICE_MS) {
    const events = room.next(untilMs);
    if (events.length > 0) {
      const bytes = encoder.encode(events.map(({ event }) => `${JSON.stringify(event)}\n`).join(''));
      yield {
        file: 'simulator',
        firstLine: line,
        frame: { sourceName: 'simulator', ingestTimeMs: untilMs, encoding: 'jsonl', bytes },
      };
      line += events.length;
    }
    if (room.ended) return;
    // What the room told is known to nobody here; it would pile up.
    room.truth();
  }
}
