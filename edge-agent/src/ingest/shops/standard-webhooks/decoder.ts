import { EVENT_TYPES, type CanonicalEvent } from '@livecue/shared/event';
import * as z from 'zod';
import { writeIdsAsText } from '../../canonical/lossless.ts';
import type { CreateDecoder } from '../../connector.ts';
import { parseSetup } from '../../decoding/setup.ts';
import { asObject, asText, timeOfText, type WireObject } from '../../decoding/wire-value.ts';
import { secretField, ShopSource } from '../shop-fields.ts';
import type { ShopRequest } from '../shop-request.ts';
import { createShopDecoder, malformed, unknown, type Checked, type ShopMessage } from '../shop-decoder.ts';
import { hmacSha256, sameText } from '../signature.ts';

export const StandardWebhooksSetup = z.object({
  secret: secretField(
    'Signing key, as the sender has it: whsec_…',
    z.string().regex(/^(whsec_)?[A-Za-z0-9+/]{16,1024}={0,2}$/, 'expected whsec_ and the base64 text of the signing key'),
  ),
  source: ShopSource.describe('shop/generic/<shop> or live/generic/<room>'),
  tolerance_sec: z.int().min(1).max(3600).default(300).describe('Seconds a request may be older or newer than our clock'),
}); // prettier-ignore

const TYPES: ReadonlySet<string> = new Set(EVENT_TYPES);

/** Key bytes of a `whsec_…` secret. */
export function signingKey(secret: string): Buffer {
  return Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
}

/** `v1,<base64 HMAC-SHA256 of id.timestamp.body>` (Standard Webhooks 1.0, "Signature scheme"). */
export function signatureOf(key: Uint8Array, id: string, timestamp: string, body: Uint8Array | string): string {
  return `v1,${hmacSha256(key, [`${id}.${timestamp}.`, body]).toString('base64')}`;
}

/** The user's own scripts and services: bodies carry canonical types and data. */
export const createDecoder: CreateDecoder = (setup, ports) => {
  const { secret, source, tolerance_sec: toleranceS } = parseSetup(StandardWebhooksSetup, setup, 'standard-webhooks');
  const key = signingKey(secret);

  function check({ headers, bytes }: ShopRequest): Checked {
    const [id, timestamp, signatures] = ['id', 'timestamp', 'signature'].map((name) => headers[`webhook-${name}`]);
    if (!id || !timestamp || !signatures)
      return { refused: 'a webhook-id, -timestamp or -signature header is missing' };
    if (!/^\d{1,15}$/.test(timestamp)) return { refused: 'webhook-timestamp is not a number of seconds' };
    const aheadS = Number(timestamp) - ports.nowMs() / 1000;
    if (aheadS < -toleranceS) return { refused: `webhook-timestamp is more than ${toleranceS} s old` };
    if (aheadS > toleranceS) return { refused: `webhook-timestamp is more than ${toleranceS} s ahead` };
    const given = signatures.split(' ').filter((one) => one.startsWith('v1,'));
    if (given.length === 0) return { refused: 'no v1 signature; asymmetric ones are not configured' };
    const expected = signatureOf(key, id, timestamp, bytes);
    // All are compared: how many there are is no secret, which one fits might be.
    const fits = given.map((one) => sameText(one, expected));
    return fits.includes(true) ? { verified: true } : { refused: 'the signature does not fit' };
  }

  function read(body: unknown, { headers }: ShopRequest): ShopMessage {
    const message = asObject(body);
    const type = asText(message?.type);
    if (message === null || type === undefined) return malformed('expected {type, timestamp, data}');
    if (!TYPES.has(type)) return unknown('a type that is not canonical');
    const data = asObject(message.data);
    if (data === null) return malformed('data: expected an object');
    const time = timeOf(message);
    if (time === null) return malformed('timestamp: expected an RFC 3339 date-time');
    // Ids written as numbers become text in place, as in canonical frames.
    writeIdsAsText(data, 1);
    const id = headers['webhook-id']!;
    return { key: id, id, source, events: [{ type: type as CanonicalEvent['type'], data, time }] };
  }

  return createShopDecoder(ports, () => ({
    idPrefix: 'generic',
    answer: { status: 200 },
    // The sender is the user's own and must see it.
    malformedAnswer: { status: 400 },
    check,
    read,
  }));
};

function timeOf({ timestamp }: WireObject): string | undefined | null {
  return timestamp === undefined || timestamp === null ? undefined : (timeOfText(timestamp) ?? null);
}
