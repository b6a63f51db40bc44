import type { DecoderPorts } from '../connector.ts';
import { asText, compact, timeOfText, type WireObject } from '../decoding/wire-value.ts';

/** What two orders may share. All hashes are keyed by this installation's secret; nothing can be read back from them. */
export interface OrderReferences {
  readonly deviceRef?: string | undefined;
  readonly addressRef?: string | undefined;
  readonly paymentRef?: string | undefined;
  /** RFC 3339 UTC. */
  readonly customerSince?: string | undefined;
}

/** Fields of a platform's order, as it names them; what it does not send is left out. */
export interface ReferenceFields {
  /** Address on the network, and the browser; the latter alone says nothing. */
  readonly device?: readonly [address: unknown, browser: unknown];
  /** Parts of a postal address from street to country, without names: the first that is given is taken. */
  readonly addresses?: readonly (readonly unknown[])[];
  /** What is told of a card: together they hardly name one for sure, but two orders with the same are worth a look. */
  readonly card?: readonly unknown[];
  readonly since?: unknown;
}

/** Parts of an address that say too little alone: a city has many doors. */
const LEAST_ADDRESS_PARTS = 2;
const LEAST_CARD_PARTS = 3;

/**
 * References of an order, when the agent asks for them (`DecoderPorts.orderReferences`). `shop` keeps hashes of
 * different shops apart.
 */
export function orderReferences(ports: DecoderPorts, shop: string, fields: ReferenceFields): OrderReferences {
  if (ports.orderReferences !== true) return {};
  const hash = (kind: string, parts: readonly string[]) => ports.hash(JSON.stringify([shop, kind, ...parts]));
  const [network = '', browser = ''] = (fields.device ?? []).map((part) => asText(part)?.trim().toLowerCase() ?? '');
  const address = fields.addresses?.map((parts) => parts.map(plain)).find((parts) => count(parts) >= LEAST_ADDRESS_PARTS && parts[0] !== ''); // prettier-ignore
  const card = (fields.card ?? []).map(plain);
  return compact({
    deviceRef: network === '' ? undefined : hash('device', [network, browser]),
    addressRef: address === undefined ? undefined : hash('address', address),
    paymentRef: count(card) < LEAST_CARD_PARTS ? undefined : hash('payment', card),
    customerSince: timeOfText(fields.since),
  });
}

/** "12 Main St." and "12  main st" are one door: letters and digits alone, in small letters. */
function plain(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : asText(value);
  return (text ?? '')
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '');
}

function count(parts: readonly string[]): number {
  return parts.filter((part) => part !== '').length;
}

/** Shopify: https://shopify.dev/docs/api/admin-rest/latest/resources/order. */
export function shopifyReferences(ports: DecoderPorts, order: WireObject): OrderReferences {
  const { client_details: client, customer, payment_details: payment } = order as Readonly<Record<string, WireObject | null | undefined>>; // prettier-ignore
  const addressOf = (key: string) => partsOf(order[key], ['address1', 'address2', 'zip', 'city', 'country_code']);
  return orderReferences(ports, 'shopify', {
    device: [order.browser_ip ?? client?.browser_ip, client?.user_agent],
    addresses: [addressOf('shipping_address'), addressOf('billing_address')],
    card: partsOf(payment, ['credit_card_bin', 'credit_card_number', 'credit_card_company', 'credit_card_expiration_month', 'credit_card_expiration_year']), // prettier-ignore
    since: customer?.created_at,
  });
}

/** WooCommerce: https://woocommerce.github.io/woocommerce-rest-api-docs/#order-properties. */
export function woocommerceReferences(ports: DecoderPorts, order: WireObject): OrderReferences {
  const addressOf = (key: string) => partsOf(order[key], ['address_1', 'address_2', 'postcode', 'city', 'country']);
  return orderReferences(ports, 'woocommerce', {
    device: [order.customer_ip_address, order.customer_user_agent],
    addresses: [addressOf('shipping'), addressOf('billing')],
  });
}

function partsOf(value: unknown, keys: readonly string[]): unknown[] {
  const object = typeof value === 'object' && value !== null ? (value as WireObject) : {};
  return keys.map((key) => object[key]);
}
