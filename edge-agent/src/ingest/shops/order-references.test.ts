import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseLiveEvent } from '@livecue/shared/event';
import type { DecoderPorts } from '../connector.ts';
import { createRecollection } from './recollection.ts';
import { createOrderReader } from './shopify/orders.ts';
import { shopifyReferences, woocommerceReferences } from './order-references.ts';

const portsOf = (secret: string): DecoderPorts => ({
  nowMs: () => 0,
  hash: (text) => createHmac('sha256', secret).update(text).digest('hex').slice(0, 32),
  orderReferences: true,
});
const ports = portsOf('one');

const ADDRESS = { first_name: 'Viewer', address1: '1 Example Street', address2: null, zip: '00000', city: 'Exampleville', country_code: 'US' }; // prettier-ignore
const SHOPIFY = {
  browser_ip: '203.0.113.7',
  client_details: { user_agent: 'Browser/1' },
  shipping_address: ADDRESS,
  billing_address: { ...ADDRESS, address1: '2 Example Street' },
  payment_details: { credit_card_bin: '424242', credit_card_number: '•••• •••• •••• 4242', credit_card_company: 'Visa', credit_card_expiration_month: 1, credit_card_expiration_year: 2030 },
  customer: { id: 1, created_at: '2026-01-02T03:04:05+02:00' },
}; // prettier-ignore

describe('references of an order', () => {
  it('are the same for the same device, address and card, however they are written, and for nothing else', () => {
    const first = shopifyReferences(ports, SHOPIFY);
    expect(first.customerSince).toBe('2026-01-02T01:04:05.000Z');
    const again = { ...SHOPIFY, shipping_address: { ...ADDRESS, first_name: 'Other', address1: '1  example street.' } };
    expect(shopifyReferences(ports, again)).toEqual(first);
    const elsewhere = shopifyReferences(ports, { ...SHOPIFY, shipping_address: { ...ADDRESS, address1: '11 Example Street' }, browser_ip: '203.0.11.37' }); // prettier-ignore
    expect(elsewhere.addressRef).not.toBe(first.addressRef);
    expect(elsewhere.deviceRef).not.toBe(first.deviceRef);
    expect(elsewhere.paymentRef).toBe(first.paymentRef);
    expect(new Set(Object.values(first)).size).toBe(4);
  });

  it('are of another secret and of another shop others', () => {
    const [one, other] = [shopifyReferences(ports, SHOPIFY), shopifyReferences(portsOf('two'), SHOPIFY)];
    expect(one.addressRef).not.toBe(other.addressRef);
    const woo = woocommerceReferences(ports, { customer_ip_address: '203.0.113.7', customer_user_agent: 'Browser/1' });
    expect(woo.deviceRef).toMatch(/^[0-9a-f]{32}$/);
    expect(woo.deviceRef).not.toBe(one.deviceRef);
  });

  it('are left out where the shop tells nothing, or too little to tell people apart', () => {
    expect(shopifyReferences(ports, {})).toEqual({});
    expect(shopifyReferences(ports, { browser_ip: null, client_details: { user_agent: 'Browser/1' }, shipping_address: { city: 'Exampleville', country_code: 'US' }, payment_details: { credit_card_company: 'Visa' }, customer: { created_at: null } })).toEqual({}); // prettier-ignore
    expect(woocommerceReferences(ports, { shipping: {}, billing: { address_1: '1 Example Street', city: 'Exampleville' } })).toEqual({ addressRef: expect.any(String) as string }); // prettier-ignore
  });

  it('stand in the order that the decoder tells', () => {
    const read = createOrderReader({ currency: 'USD' }, ports, createRecollection(ports.nowMs));
    const delivery = { topic: 'orders/paid', known: { key: 'k', id: 'k', source: 'shop/shopify/x', derived: false }, time: undefined } as never; // prettier-ignore
    const told = read.read({ id: 7, currency: 'USD', financial_status: 'paid', line_items: [], ...SHOPIFY }, delivery);
    expect('events' in told && told.events[0]!.data).toMatchObject({ orderNumber: '7', ...shopifyReferences(ports, SHOPIFY) }); // prettier-ignore
  });

  it('are not made when nobody asked for them', () => {
    expect(shopifyReferences({ ...ports, orderReferences: false }, SHOPIFY)).toEqual({});
  });

  it('hold nothing of what they stand for, and fit the event, whatever the shop sends', () => {
    const odd = fc.oneof(fc.string(), fc.integer(), fc.constant(null), fc.constant(1e15), fc.object());
    fc.assert(
      fc.property(fc.record({ browser_ip: odd, client_details: odd, shipping_address: odd, payment_details: odd, customer: odd, shipping: odd, billing: odd, customer_ip_address: odd }, { requiredKeys: [] }), (order) => {
        for (const references of [shopifyReferences(ports, order), woocommerceReferences(ports, order)]) {
          const data = { orderNumber: '1', orderStatus: 'OrderProcessing', priceCurrency: 'EUR', partial: false, ...references };
          expect(parseLiveEvent({ specversion: '1.0', id: 'x:1', source: 'shop/x/1', type: 'shop.order.paid', data } as never, 1_760_000_000_000).ok).toBe(true);
        }
      }),
    );
    const text = JSON.stringify(shopifyReferences(ports, SHOPIFY));
    for (const told of ['Example', 'Viewer', '203.0', '4242', 'Browser']) expect(text).not.toContain(told);
  }); // prettier-ignore
});
