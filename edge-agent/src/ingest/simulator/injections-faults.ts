import type { PlanOf, RoomParts } from './injection-parts.ts';

/** Steps in which viewers leave: a platform that lets a room down does it in seconds, not at once. */
const DROP_STEPS = 5;

/** The platform loses a part of the viewers within a few seconds; they do not come back. */
export function injectViewerDrop({ world, audience }: RoomParts, plan: PlanOf<'viewer-drop'>): void {
  const startMs = Math.ceil(world.agenda.nowMs);
  const from = audience.concurrent();
  const kept = Math.pow(1 - plan.share, 1 / DROP_STEPS);
  for (let step = 0; step < DROP_STEPS; step++) {
    world.agenda.at(world.agenda.nowMs + (step * plan.durationMs) / DROP_STEPS, () => audience.lose(1 - kept));
  }
  world.closeAt(world.agenda.nowMs + plan.durationMs, () => {
    const to = audience.concurrent();
    world.tell({ kind: 'viewer-drop', productId: null, startMs, endMs: world.nowMs, details: { from, to } });
  });
}

/** Nobody can pay for a while; orders are still placed, and are paid when it is over. */
export function injectPaymentOutage({ world, sales }: RoomParts, plan: PlanOf<'payment-outage'>): void {
  const startMs = Math.ceil(world.agenda.nowMs);
  const held = sales.holdPayments(plan.durationMs);
  world.closeAt(world.agenda.nowMs + plan.durationMs, () => {
    world.tell({ kind: 'payment-outage', productId: null, startMs, endMs: world.nowMs, details: { held: held() } });
  });
}
