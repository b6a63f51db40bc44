import { SEEN_SCOPES, type Seen, type SeenHashes, type SeenId } from '../core-ports.ts';
import type { SeenBlob } from './store-protocol.ts';

/** Before hashes as base64; a JSON array of ids, as agents before 0.2 wrote them, never begins so. */
const HASHED = 'h1:';

/** What was admitted, one row a scope and form. Base64 is 11 characters an id, ids themselves are 20 to 40. */
export function toSeenBlobs(seen: readonly Seen[]): SeenBlob[] {
  const hashed = seen.filter((one): one is SeenHashes => 'lanes' in one && one.runs.length > 0);
  const blobs = hashed.map(({ scope, lanes, runs }) => ({
    scope,
    newestMs: runs.reduce((newest, [ms]) => Math.max(newest, ms), -Infinity),
    count: lanes.length / 2,
    ids: HASHED + Buffer.from(lanes.buffer, lanes.byteOffset, lanes.byteLength).toString('base64'),
    seenMs: JSON.stringify(runs),
  }));
  for (const scope of SEEN_SCOPES) {
    const own = seen.filter((one): one is SeenId => 'id' in one && one.scope === scope);
    if (own.length > 0) blobs.push(textBlob(scope, own));
  }
  return blobs;
}

function textBlob(scope: SeenId['scope'], own: readonly SeenId[]): SeenBlob {
  const seenMs = own.map((entry) => entry.seenMs);
  const newestMs = seenMs.reduce((newest, ms) => Math.max(newest, ms));
  const ids = JSON.stringify(own.map(({ id }) => id));
  return { scope, newestMs, count: own.length, ids, seenMs: JSON.stringify(seenMs) };
}

/** Reverses `toSeenBlobs` for one row. */
export function fromSeenBlob({ scope, ids, seenMs }: Pick<SeenBlob, 'scope' | 'ids' | 'seenMs'>): Seen[] {
  if (ids.startsWith(HASHED)) {
    const bytes = Buffer.from(ids.slice(HASHED.length), 'base64');
    // Copied: a slice of Node's pool need not begin where a lane may.
    const lanes = new Uint32Array(new Uint8Array(bytes).buffer);
    return [{ scope, lanes, runs: JSON.parse(seenMs) as SeenHashes['runs'] }];
  }
  const times = JSON.parse(seenMs) as number[];
  return (JSON.parse(ids) as string[]).map((id, index) => ({ id, scope, seenMs: times[index]! }));
}
