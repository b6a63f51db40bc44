import { randomUUID } from 'node:crypto';
import type { Catalogue } from '@livecue/shared/contract';
import type { FrameSink, RoomView } from '../ports.ts';
import { PanelCallError } from '../panel/panel-call-error.ts';

/**
 * What the operator says is explained, as an event like any other: journalled before it is answered, and there again
 * after a restart and in a replay. Its source is one of shops, so that a button is no sign of life of the room.
 */
export function createOperatorTold(
  ports: {
    readonly view: () => Pick<RoomView, 'explaining'>;
    readonly sink: Pick<FrameSink, 'accept'>;
    readonly nowMs: () => number;
  },
  config: { readonly roomId: string; readonly catalogue: Catalogue },
): (productId: string | null) => Promise<{ productId: string | null }> {
  const known = new Set(config.catalogue.products.map(({ productId }) => productId));
  return async (productId) => {
    if (productId !== null && !known.has(productId))
      throw new PanelCallError('not-found', `explain.tell: the catalogue has no product ${JSON.stringify(productId)}.`);
    const { explaining } = ports.view();
    const subject = productId ?? explaining?.productId ?? null;
    if (subject === null) return { productId };
    const nowMs = ports.nowMs();
    // A platform whose clock is ahead of ours told the last one: what is said now is newer all the same.
    const atMs = Math.max(nowMs, (explaining?.sinceMs ?? 0) + 1);
    const event = {
      id: `operator:${randomUUID()}`,
      source: `shop/operator/${encodeURIComponent(config.roomId)}`,
      type: productId === null ? 'live.product.unpinned' : 'live.product.pinned',
      time: new Date(atMs).toISOString(),
      data: { product: { productID: subject } },
    };
    const bytes = Buffer.from(JSON.stringify(event));
    const { decoded, durable } = ports.sink.accept({ sourceName: 'operator', ingestTimeMs: nowMs, encoding: 'json', bytes }); // prettier-ignore
    await durable;
    const [refused] = decoded.rejects;
    if (refused !== undefined) throw new PanelCallError('bad-request', `explain.tell: ${refused.detail}.`);
    return { productId };
  };
}
