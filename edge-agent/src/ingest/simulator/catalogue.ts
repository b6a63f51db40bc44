import { fromMinorUnits } from '@livecue/shared/event';
import type { Catalogue } from '@livecue/shared/contract';
import { type Category, DEMO_PRODUCTS, type SimulatedProduct } from './demo-products.ts';
import { createRandom } from './random.ts';

export const MAX_SIMULATED_PRODUCTS = 5000;

interface Thing {
  readonly category: Category;
  readonly zh: string;
  readonly en: string;
}

const THINGS: readonly Thing[] = [
  { category: 'clothes', zh: '连衣裙', en: 'dress' },
  { category: 'clothes', zh: '卫衣', en: 'hoodie' },
  { category: 'clothes', zh: '针织衫', en: 'sweater' },
  { category: 'clothes', zh: '风衣', en: 'trench coat' },
  { category: 'clothes', zh: '半身裙', en: 'skirt' },
  { category: 'shoes', zh: '乐福鞋', en: 'loafers' },
  { category: 'shoes', zh: '凉鞋', en: 'sandals' },
  { category: 'shoes', zh: '短靴', en: 'ankle boots' },
  { category: 'scarf', zh: '披肩', en: 'shawl' },
  { category: 'scarf', zh: '围巾', en: 'muffler' },
  { category: 'bottle', zh: '水壶', en: 'water bottle' },
  { category: 'bottle', zh: '马克杯', en: 'mug' },
  { category: 'cosmetic', zh: '腮红', en: 'blush' },
  { category: 'cosmetic', zh: '面霜', en: 'face cream' },
  { category: 'food', zh: '茶包', en: 'tea bags' },
  { category: 'food', zh: '饼干', en: 'biscuits' },
];

const STYLES: readonly (readonly [zh: string, en: string])[] = [
  ['晨雾', 'Mist'], ['山野', 'Moorland'], ['青柠', 'Lime'], ['港湾', 'Harbour'], ['星砂', 'Starsand'],
  ['木槿', 'Hibiscus'], ['白桦', 'Birch'], ['海盐', 'Sea Salt'], ['琥珀', 'Amber'], ['云杉', 'Spruce'],
  ['麦田', 'Wheatfield'], ['雨巷', 'Rain Lane'], ['月白', 'Moonwhite'], ['松果', 'Pine Cone'], ['苔原', 'Tundra'],
  ['珊瑚', 'Coral'], ['银杏', 'Ginkgo'], ['溪谷', 'Brook'], ['暮色', 'Dusk'], ['樱田', 'Cherry'],
]; // prettier-ignore

const MAKES: readonly (readonly [zh: string, en: string])[] = [
  ['经典', 'Classic'], ['轻薄', 'Light'], ['加厚', 'Thick'], ['复古', 'Retro'], ['简约', 'Plain'], ['花园', 'Garden'],
  ['都市', 'City'], ['学院', 'College'], ['旅行', 'Travel'], ['家居', 'Home'], ['条纹', 'Striped'], ['格子', 'Checked'],
  ['印花', 'Printed'], ['限定', 'Limited'], ['定制', 'Custom'], ['环保', 'Recycled'],
]; // prettier-ignore

/** Product number `index` (from 0) of a large catalogue; 16 × 20 × 16 = 5,120 names without a repeat. */
function generated(index: number): SimulatedProduct {
  const random = createRandom(`product/${index}`);
  const thing = THINGS[index % THINGS.length] as Thing;
  const [styleZh, styleEn] = STYLES[Math.floor(index / THINGS.length) % STYLES.length] as readonly [string, string];
  const [makeZh, makeEn] = MAKES[Math.floor(index / THINGS.length / STYLES.length)] as readonly [string, string];
  const number = String(index + 1).padStart(4, '0');
  const price = fromMinorUnits(100 * (19 + random.below(380)) - 10, 'CNY');
  const name = { zh: `${styleZh}${makeZh}${thing.zh}`, en: `${styleEn} ${makeEn.toLowerCase()} ${thing.en}` };
  return {
    category: thing.category,
    // Zipf-like: a few products draw most of the attention.
    popularity: 4 / (4 + random.below(60)),
    shortName: name,
    product: {
      productId: `LC-${number}`,
      skus: [`LC-${number}-A`],
      linkNumber: index < 999 ? index + 1 : null,
      name,
      aliases: [],
      price,
      priceCurrency: 'CNY',
      stock: 200 + random.below(1800),
      facts: { price: { zh: `直播价 ${price} 元`, en: `CNY ${price} tonight` } },
    },
  };
}

/**
 * The products of a show: up to 8 are the demo's own, more are generated (1..5,000). The same count gives
 * the same products, whatever the seed of the room.
 */
export function simulatedProducts(count: number): readonly SimulatedProduct[] {
  if (!Number.isInteger(count) || count < 1 || count > MAX_SIMULATED_PRODUCTS) {
    throw new RangeError(`the simulator makes 1 to ${MAX_SIMULATED_PRODUCTS} products, not ${count}`);
  }
  if (count <= DEMO_PRODUCTS.length) return DEMO_PRODUCTS.slice(0, count);
  return Array.from({ length: count }, (_, index) => generated(index));
}

/** The same products as the agent's catalogue file holds them. */
export function simulatedCatalogue(count: number): Catalogue {
  return { version: 1, products: simulatedProducts(count).map(({ product }) => product) };
}

/** The eight products of the demo, with facts to read out. */
export function demoCatalogue(): Catalogue {
  return simulatedCatalogue(DEMO_PRODUCTS.length);
}
