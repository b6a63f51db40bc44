import type { LiveEvent } from '@livecue/shared/event';
import { createUtcReader } from './utc-time.ts';

/** Sources whose form was checked already; beyond, they are checked each time. */
const MAX_SOURCES = 1_000;
const SOURCE = /^(live|shop)\/[^/\s]+\/[^\s]+$/;
const MAX_ID = 512;
const MAX_TEXT = 10_000;

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads the kinds that come in masses (comments, likes, joins, follows, product views, carts, stock) as `parseLiveEvent`
 * does, in a tenth of the time. Null: not one of these, or with a field that only the schema judges; then it is the
 * schema's turn, which also has the words for what is wrong. What is taken here the schema takes too, with the same
 * event: `common-event.test.ts` holds both against each other.
 */
export function createCommonEventReader(): (value: unknown, ingestTimeMs: number) => LiveEvent | null {
  const sources = new Map<string, string>();
  const utcMs = createUtcReader();

  /** The same text for all events of a source: theirs would each hold a copy. */
  const sourceOf = (value: unknown): string | null => {
    if (typeof value !== 'string') return null;
    const known = sources.get(value);
    if (known !== undefined) return known;
    if (value.length > MAX_ID || !SOURCE.test(value)) return null;
    if (sources.size < MAX_SOURCES) sources.set(value, value);
    return value;
  };

  return (value, ingestTimeMs) => {
    if (!isFields(value)) return null;
    const { id, type, time } = value;
    const source = sourceOf(value['source']);
    if (source === null || !isId(id) || typeof type !== 'string' || !isPlainEnvelope(value)) return null;
    const read = READERS.get(type);
    if (read === undefined || !isFields(value['data'])) return null;
    let eventTimeMs = ingestTimeMs;
    if (time !== undefined) {
      if (typeof time !== 'string') return null;
      eventTimeMs = utcMs(time);
      if (Number.isNaN(eventTimeMs)) return null;
    }
    const data = read.data(value['data']);
    if (data === null) return null;
    return {
      id,
      type: read.type,
      source,
      eventTimeMs,
      eventTimeFrom: time === undefined ? 'ingest' : 'platform',
      ingestTimeMs,
      historical: value['historical'] === true,
      idQuality: value['idquality'] === 'derived' ? 'derived' : 'native',
      data,
    } as LiveEvent;
  };
}

/** Attributes that leave no trace in the event are checked as far as senders commonly fill them. */
function isPlainEnvelope(value: Fields): boolean {
  const { specversion, historical, idquality, datacontenttype } = value;
  return (
    (specversion === undefined || specversion === '1.0') &&
    (historical === undefined || typeof historical === 'boolean') &&
    (idquality === undefined || idquality === 'native' || idquality === 'derived') &&
    isTextOrAbsent(datacontenttype, 128) &&
    value['dataschema'] === undefined &&
    isTextOrAbsent(value['subject'], MAX_ID) &&
    value['sequence'] === undefined &&
    value['receivedtime'] === undefined &&
    isTextOrAbsent(value['origin'], 256)
  );
}

type Data = Record<string, unknown>;

function readComment(data: Fields): Data | null {
  const { identifier, text, isPaid } = data;
  const author = personOf(data['author']);
  if (typeof text !== 'string' || text.length > MAX_TEXT || author === null) return null;
  if (isPaid !== undefined && typeof isPaid !== 'boolean') return null;
  if (data['parentItem'] !== undefined || data['inLanguage'] !== undefined || data['amount'] !== undefined) return null;
  if (identifier === undefined) return { text, author, isPaid: isPaid === true };
  return isId(identifier) ? { identifier, text, author, isPaid: isPaid === true } : null;
}

function readLike(data: Fields): Data | null {
  const { count } = data;
  if (!isCount(count) || data['userInteractionCount'] !== undefined) return null;
  if (data['agent'] === undefined) return { count };
  const agent = personOf(data['agent']);
  return agent === null ? null : { count, agent };
}

function readJoin(data: Fields): Data | null {
  const agent = personOf(data['agent']);
  return agent === null || data['via'] !== undefined ? null : { agent };
}

function readFollow(data: Fields): Data | null {
  const agent = personOf(data['agent']);
  return agent === null || data['followee'] !== undefined ? null : { agent };
}

function readView(data: Fields): Data | null {
  const product = productOf(data['product']);
  if (product === null || data['placement'] !== undefined) return null;
  if (data['agent'] === undefined) return { product };
  const agent = personOf(data['agent']);
  return agent === null ? null : { product, agent };
}

function readCart(data: Fields): Data | null {
  const product = productOf(data['product']);
  const { orderQuantity } = data;
  if (product === null || !isCount(orderQuantity)) return null;
  if (data['price'] !== undefined || data['priceCurrency'] !== undefined) return null;
  if (data['agent'] === undefined) return { product, orderQuantity };
  const agent = personOf(data['agent']);
  return agent === null ? null : { product, orderQuantity, agent };
}

function readStock(data: Fields): Data | null {
  const { productID, sku, inventoryLevel } = data;
  if (!Number.isSafeInteger(inventoryLevel) || !isId(productID) || !(sku === undefined || isId(sku))) return null;
  if (data['location'] !== undefined || data['availability'] !== undefined || data['delta'] !== undefined) return null;
  return sku === undefined ? { productID, inventoryLevel } : { productID, sku, inventoryLevel };
}

const READERS: ReadonlyMap<string, { readonly type: LiveEvent['type']; readonly data: (data: Fields) => Data | null }> =
  new Map(
    (
      [
        ['live.comment.created', readComment], ['live.like.added', readLike], ['live.join.added', readJoin],
        ['live.follow.added', readFollow], ['shop.product.viewed', readView], ['shop.cart.added', readCart],
        ['shop.stock.updated', readStock],
      ] as const
    ).map(([type, data]) => [type, { type, data }]),
  ); // prettier-ignore

function personOf(value: unknown): Data | null {
  if (!isFields(value)) return null;
  const { identifier, name } = value;
  if (!isId(identifier) || value['roles'] !== undefined || value['membershipLevel'] !== undefined) return null;
  if (value['image'] !== undefined) return null;
  if (name === undefined) return { identifier };
  return typeof name === 'string' && name.length <= MAX_ID ? { identifier, name } : null;
}

function productOf(value: unknown): Data | null {
  if (!isFields(value)) return null;
  const { productID, sku } = value;
  if (!isId(productID) || value['name'] !== undefined) return null;
  if (sku === undefined) return { productID };
  return isId(sku) ? { productID, sku } : null;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= MAX_ID;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isTextOrAbsent(value: unknown, longest: number): boolean {
  return value === undefined || (typeof value === 'string' && value.length <= longest);
}
