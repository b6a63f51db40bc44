import type { PermittedKind } from '@livecue/shared/contract';

/** Small state on disk; a connector's memory serves. */
export interface Memory {
  get(key: string): string | undefined;
  set(key: string, value: string | undefined): void;
}

export interface Permissions {
  /** Null: nobody has been asked yet. */
  of(key: string): 'allowed' | 'denied' | null;
  answer(key: string, allowed: boolean): void;
  /** How many were forgotten. */
  forget(): number;
}

const KEY = 'permissions';

/** A simulated room asks for itself: what is allowed on the air is not thereby allowed in a rehearsal, nor the reverse. */
export const permissionKey = (simulated: boolean, target: string, kind: PermittedKind): string =>
  `${simulated ? 'simulated' : 'live'}/${target}/${kind}`;

/** What the operator answered before the first time, by target and kind. */
export function createPermissions(memory: Memory): Permissions {
  const known = new Map<string, boolean>(read(memory.get(KEY)));
  const save = () => memory.set(KEY, known.size === 0 ? undefined : JSON.stringify([...known]));
  return {
    of(key) {
      const answer = known.get(key);
      return answer === undefined ? null : answer ? 'allowed' : 'denied';
    },
    answer(key, allowed) {
      known.set(key, allowed);
      save();
    },
    forget() {
      const { size } = known;
      known.clear();
      save();
      return size;
    },
  };
}

/** What cannot be read allows nothing: everything is asked again. */
function read(text: string | undefined): [string, boolean][] {
  if (text === undefined) return [];
  let entries: unknown;
  try {
    entries = JSON.parse(text);
  } catch {
    // Edited by hand: to be asked again is all that is lost.
    return [];
  }
  if (!Array.isArray(entries)) return [];
  return entries.filter((entry): entry is [string, boolean] => Array.isArray(entry) && typeof entry[0] === 'string' && typeof entry[1] === 'boolean'); // prettier-ignore
}
