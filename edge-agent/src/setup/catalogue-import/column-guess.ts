import { CatalogueField, type CatalogueField as Field } from '@livecue/shared/contract';

/** Headings as Chinese and English shop systems write them, without spaces, signs and capitals. */
const HEADINGS: Readonly<Record<Field, readonly string[]>> = {
  productId: ['productid', 'id', '商品id', '编号', '商品编号', '商品编码', '宝贝id', '产品id', '产品编号', '货品id', 'spuid', 'spu', 'itemid', 'handle', 'urlhandle', 'goodsid', '商品号'],
  skus: ['sku', 'skus', 'skuid', 'skucode', 'sku编码', 'sku编号', '商家编码', '货号', '款号', '规格编码', '商家sku', '条码', '条形码', 'variantsku', 'sellersku', 'merchantcode', 'outerid', '外部编码'],
  linkNumber: ['linknumber', 'link', 'linkno', 'no', 'number', '链接', '链接号', '链接序号', '序号', '号', '几号链接', '讲解序号', '排序', '直播间序号', 'position'],
  name: ['name', 'title', 'productname', 'producttitle', 'product', 'itemname', '名称', '商品名称', '商品名', '商品标题', '标题', '宝贝标题', '宝贝名称', '产品名称', '品名', '货品名称', '商品'],
  nameZh: ['namezh', 'zhname', 'chinesename', 'namecn', '中文名', '中文名称', '中文标题'],
  nameEn: ['nameen', 'enname', 'englishname', '英文名', '英文名称', '英文标题'],
  aliases: ['alias', 'aliases', 'othernames', 'nicknames', '别名', '俗称', '又名', '昵称', '关键词', '简称'],
  price: ['price', 'unitprice', 'saleprice', 'sellingprice', 'retailprice', 'variantprice', '价格', '单价', '售价', '销售价', '直播价', '现价', '商品价格', '零售价', '到手价', '一口价', '销售价格'],
  priceCurrency: ['pricecurrency', 'currency', '币种', '货币', '货币代码'],
  priceFloor: ['pricefloor', 'floor', 'floorprice', 'minprice', 'lowestprice', '底价', '最低价', '保护价', '最低售价'],
  offerPrice: ['offerprice', 'offer', 'dealprice', 'flashprice', 'promoprice', '优惠价', '活动价', '秒杀价', '限时价', '福利价', '促销价'],
  stock: ['stock', 'inventory', 'qty', 'quantity', 'onhand', 'available', 'inventoryquantity', 'variantinventoryqty', '库存', '库存数量', '可售库存', '现货', '数量', '库存数', '总库存', '件数'],
  'fact.size_spec': ['sizespec', 'size', 'sizes', 'sizechart', 'spec', 'specs', 'specification', '尺码', '尺码表', '尺码建议', '规格', '尺寸'],
  'fact.price': ['pricewords', 'factprice', '价格说明', '价格话术'],
  'fact.shipping': ['shipping', 'delivery', 'dispatch', '发货', '物流', '快递', '运费', '发货时间', '发货说明', '包邮'],
  'fact.product_question': ['description', 'details', 'material', 'productquestion', '材质', '面料', '成分', '描述', '详情', '商品描述', '卖点', '介绍'],
  'fact.return_warranty': ['return', 'returns', 'warranty', 'returnpolicy', 'returnwarranty', '退货', '售后', '退换', '质保', '保修', '退换货', '售后说明'],
  'fact.discount_gift': ['discount', 'gift', 'gifts', 'discountgift', 'promotion', '赠品', '优惠', '活动', '满减', '优惠说明'],
  'fact.stock': ['stockwords', 'factstock', '库存说明'],
  'fact.order_payment': ['payment', 'orderpayment', 'howtobuy', '付款', '下单', '下单说明', '支付'],
}; // prettier-ignore

const BY_HEADING = new Map(
  CatalogueField.options.flatMap((field) => HEADINGS[field].map((heading) => [heading, field] as const)),
);
/** Fields that take what several columns say. */
const SEVERAL: ReadonlySet<Field> = new Set(['skus', 'aliases']);

/** No heading is as long; the search for brackets below takes the square of its length. */
const HEADING_MAX = 200;

/** A heading without what writers differ in: capitals, spaces, signs, and a remark or unit in brackets. */
export function foldHeading(heading: string): string {
  const folded = heading.slice(0, HEADING_MAX).normalize('NFKC').toLowerCase();
  const bare = folded.replace(/[(\[【].*?[)\]】]/g, '');
  return (bare.trim() === '' ? folded : bare).replace(/[^\p{L}\p{N}]/gu, '');
}

/** What a column of this heading means; null: no heading that is known. */
export function fieldOf(heading: string): Field | null {
  const folded = foldHeading(heading);
  return BY_HEADING.get(folded) ?? CatalogueField.options.find((one) => foldHeading(one) === folded) ?? null;
}

/**
 * What each column means: as this studio said of such a heading before, else by its words. A second column of one
 * meaning is left out, save where a field takes several.
 */
export function guessMapping(
  headings: readonly string[],
  remembered: Readonly<Record<string, Field | null>>,
): (Field | null)[] {
  const taken = new Set<Field>();
  const wanted = headings.map((heading) => {
    const folded = foldHeading(heading);
    return folded !== '' && Object.hasOwn(remembered, folded) ? remembered[folded]! : fieldOf(heading);
  });
  return wanted.map((field) => {
    if (field === null || (taken.has(field) && !SEVERAL.has(field))) return null;
    taken.add(field);
    return field;
  });
}

/** What to remember of a mapping: the meaning, or none, of each heading. */
export function rememberMapping(
  headings: readonly string[],
  mapping: readonly (Field | null)[],
): Record<string, Field | null> {
  const entries = headings.map((heading, i) => [foldHeading(heading), mapping[i] ?? null] as const);
  return Object.fromEntries(entries.filter(([heading]) => heading !== ''));
}
