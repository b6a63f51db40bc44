import type { Product } from '@livecue/shared/contract';
import { fromMinorUnits } from '@livecue/shared/event';

/** What kind of thing it is: decides which sizes and which questions make sense. */
export type Category = 'clothes' | 'shoes' | 'scarf' | 'bottle' | 'cosmetic' | 'food';

/** A product of the simulated show. */
export interface SimulatedProduct {
  readonly product: Product;
  readonly category: Category;
  /** What viewers call it; the first aliases of the catalogue. */
  readonly shortName: { readonly zh: string; readonly en: string };
  /** Relative share of attention while it is not being explained. */
  readonly popularity: number;
}

type Facts = Product['facts'];

const SHIPPING: Facts['shipping'] = {
  zh: '48小时内发货，全国包邮，新疆西藏补10元',
  en: 'Ships within 48 h, free in mainland China, Xinjiang and Tibet CNY 10 extra',
};
const RETURNS: Facts['return_warranty'] = { zh: '七天无理由，送运费险', en: '7-day returns, return freight insured' };

/** That share of a price in CNY, to the whole yuan. */
function share(price: string, part: number): string {
  return fromMinorUnits(Math.round(Number(price) * part) * 100, 'CNY');
}

function demo(
  linkNumber: number,
  category: Category,
  names: { zh: string; en: string; shortZh: string; shortEn: string },
  terms: { price: string; stock: number; popularity: number },
  facts: Facts,
): SimulatedProduct {
  return {
    category,
    popularity: terms.popularity,
    shortName: { zh: names.shortZh, en: names.shortEn },
    product: {
      productId: `LC-10${linkNumber}`,
      skus: [`LC-10${linkNumber}-A`, `LC-10${linkNumber}-B`],
      linkNumber,
      name: { zh: names.zh, en: names.en },
      aliases: [names.shortZh, names.shortEn],
      price: terms.price,
      priceCurrency: 'CNY',
      priceFloor: share(terms.price, 0.7),
      offerPrice: share(terms.price, 0.8),
      stock: terms.stock,
      facts: { shipping: SHIPPING, return_warranty: RETURNS, ...facts },
    },
  };
}

/** Eight products with facts to read out, links 1 to 8. All of it invented. */
export const DEMO_PRODUCTS: readonly SimulatedProduct[] = [
  demo(1, 'clothes', { zh: '冰丝防晒衣', en: 'Cooling sun hoodie', shortZh: '防晒衣', shortEn: 'sun hoodie' },
    { price: '89.00', stock: 260, popularity: 1.2 },
    {
      size_spec: { zh: 'M 适合 155-165，L 适合 165-172，XL 到 180', en: 'M fits 155-165 cm, L 165-172, XL up to 180' },
      price: { zh: '直播价 89 元，日常 129', en: 'CNY 89 tonight, usually 129' },
      product_question: { zh: 'UPF 50+，凉感锦纶，可机洗', en: 'UPF 50+, cooling nylon, machine washable' },
    }),
  demo(2, 'shoes', { zh: '轻便小白鞋', en: 'Light white sneakers', shortZh: '小白鞋', shortEn: 'white sneakers' },
    { price: '129.00', stock: 48, popularity: 1.1 },
    {
      size_spec: { zh: '35 到 40 码，正码，脚宽拍大一码', en: 'EU 35-40, true to size, wide feet one up' },
      price: { zh: '直播价 129 元', en: 'CNY 129 tonight' },
      stock: { zh: '今天只有 48 双', en: 'Only 48 pairs today' },
      product_question: { zh: '头层牛皮面，橡胶底', en: 'Full-grain leather, rubber sole' },
    }),
  demo(3, 'clothes', { zh: '亚麻衬衫', en: 'Linen shirt', shortZh: '亚麻衬衫', shortEn: 'linen shirt' },
    { price: '159.00', stock: 320, popularity: 1.4 },
    {
      size_spec: { zh: '155-160 穿 S，161-167 穿 M，168-174 穿 L，偏宽松', en: '155-160 cm S, 161-167 M, 168-174 L, loose fit' },
      price: { zh: '直播价 159 元，两件 299', en: 'CNY 159, two for 299' },
      discount_gift: { zh: '两件减 19，送洗衣袋', en: '19 off for two, laundry bag included' },
      product_question: { zh: '55% 亚麻 45% 棉，不透', en: '55 % linen, 45 % cotton, not see-through' },
    }),
  demo(4, 'clothes', { zh: '高腰阔腿裤', en: 'High-waist wide-leg pants', shortZh: '阔腿裤', shortEn: 'wide-leg pants' },
    { price: '119.00', stock: 210, popularity: 1 },
    {
      size_spec: { zh: '腰围 S 66，M 70，L 74，裤长 98', en: 'Waist S 66 cm, M 70, L 74, length 98' },
      price: { zh: '直播价 119 元', en: 'CNY 119 tonight' },
      product_question: { zh: '垂感面料，不起球', en: 'Draping fabric, does not pill' },
    }),
  demo(5, 'scarf', { zh: '桑蚕丝方巾', en: 'Mulberry silk scarf', shortZh: '丝巾', shortEn: 'silk scarf' },
    { price: '99.00', stock: 180, popularity: 0.8 },
    {
      size_spec: { zh: '70 × 70 厘米，六个颜色', en: '70 × 70 cm, six colours' },
      price: { zh: '直播价 99 元', en: 'CNY 99 tonight' },
      product_question: { zh: '100% 桑蚕丝，建议手洗', en: '100 % mulberry silk, wash by hand' },
    }),
  demo(6, 'bottle', { zh: '316不锈钢保温杯', en: '316 steel insulated bottle', shortZh: '保温杯', shortEn: 'insulated bottle' },
    { price: '69.90', stock: 400, popularity: 0.9 },
    {
      size_spec: { zh: '480 毫升，黑白粉三色', en: '480 ml, black, white or pink' },
      price: { zh: '直播价 69.9 元', en: 'CNY 69.90 tonight' },
      product_question: { zh: '保温 12 小时，316 内胆', en: 'Keeps hot 12 h, 316 steel inside' },
    }),
  demo(7, 'cosmetic', { zh: '丝绒哑光口红', en: 'Velvet matte lipstick', shortZh: '口红', shortEn: 'lipstick' },
    { price: '59.00', stock: 360, popularity: 1.1 },
    {
      size_spec: { zh: '四个色号，黄皮推荐 02 豆沙', en: 'Four shades; 02 for warm skin' },
      price: { zh: '直播价 59 元，三支 149', en: 'CNY 59, three for 149' },
      product_question: { zh: '不含酒精，保质期三年', en: 'No alcohol, keeps three years' },
    }),
  demo(8, 'food', { zh: '每日坚果礼盒', en: 'Daily nuts gift box', shortZh: '坚果', shortEn: 'nuts' },
    { price: '128.00', stock: 240, popularity: 0.9 },
    {
      size_spec: { zh: '30 包一盒，每包 25 克', en: '30 bags of 25 g a box' },
      price: { zh: '直播价 128 元一盒', en: 'CNY 128 a box' },
      product_question: { zh: '六种坚果，保质期 8 个月', en: 'Six kinds, keeps 8 months' },
    }),
]; // prettier-ignore
