import type { UplinkBody, WindowRecord } from '@livecue/shared/contract';
import { mergeCounts } from '@livecue/shared/merge';

/** Records of a made-up show: 40 window rows, each re-emitted with a higher revision again and again. */
const ROWS = 40;
const START_MS = 1_777_593_600_000;

export function showRecord(n: number): UplinkBody {
  const row = n % ROWS;
  const group: WindowRecord['group'] =
    row % 4 === 0
      ? { kind: 'room' }
      : row % 4 === 3
        ? { kind: 'other' }
        : { kind: 'product', productId: `p-${row % 4}` };
  return {
    kind: 'window', roomId: 'main', group, windowStartMs: START_MS + 60_000 * Math.floor(row / 4), windowLengthMs: 60_000,
    revision: Math.floor(n / ROWS), counts: { ...mergeCounts([]), events: n + 1, comments: n, ordersPaid: n % 7 },
  }; // prettier-ignore
}

/** What the rows must be in the end, in the order and shape of `receiver rows`. */
export function expectedRows(agentId: string, records: number): Record<string, unknown>[] {
  const last = new Map<number, WindowRecord>();
  for (let n = 0; n < records; n++) last.set(n % ROWS, showRecord(n) as WindowRecord);
  return [...last.values()]
    .map((body) => ({
      agent_id: agentId,
      room_id: body.roomId,
      window_start_ms: body.windowStartMs,
      window_length_ms: body.windowLengthMs,
      group_kind: body.group.kind,
      product_id: body.group.kind === 'product' ? body.group.productId : '',
      revision: body.revision,
      counts: body.counts as unknown,
    }))
    .sort((a, b) => sortKey(a) - sortKey(b));
}

const GROUP_ORDER = ['other', 'product', 'room'];
function sortKey(row: { window_start_ms: number; group_kind: string; product_id: string }): number {
  return (
    row.window_start_ms +
    GROUP_ORDER.indexOf(row.group_kind) * 10 +
    (row.product_id === '' ? 0 : Number(row.product_id.slice(2)))
  );
}
