import type { Audience } from './audience.ts';
import type { Chat } from './chat.ts';
import type { InjectionKind, InjectionPlan, Profile } from './profiles.ts';
import type { Random } from './random.ts';
import type { Sales } from './sales.ts';
import type { Shelf, ShelfItem } from './shelf.ts';
import type { Show } from './show.ts';
import type { World } from './world.ts';

/** The parts of a room that an injection acts through. */
export interface RoomParts {
  readonly world: World;
  readonly audience: Audience;
  readonly shelf: Shelf;
  readonly show: Show;
  readonly sales: Sales;
  readonly chat: Chat;
  readonly profile: Profile;
}

export type PlanOf<K extends InjectionKind> = Extract<InjectionPlan, { kind: K }>;

/** The product of that link, if it has stock enough, else another in stock; none of `except`. Null: none fits. */
export function chooseItem(
  parts: RoomParts,
  random: Random,
  link: number | null,
  atLeast: number,
  except: readonly ShelfItem[],
): ShelfItem | null {
  const wanted = link === null ? null : parts.shelf.byLink(link);
  if (wanted !== null && wanted.level >= atLeast && !except.includes(wanted)) return wanted;
  return parts.shelf.drawInStock(random, atLeast, except);
}
