/** No file and no call of ours nests as deep. */
const LEVELS_MAX = 64;

const inside = (values: readonly unknown[]) => values.filter((one): one is object => typeof one === 'object' && one !== null); // prettier-ignore

/**
 * Whether a JSON value nests so deep that nobody wrote it: `JSON.parse` reads any depth, and whatever walks, compares
 * or writes the value by recursion afterwards would run out of stack.
 */
export function nestsTooDeep(value: unknown): boolean {
  let level: readonly object[] = inside([value]);
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > LEVELS_MAX) return true;
    level = level.flatMap((one) => inside(Object.values(one)));
  }
  return false;
}
