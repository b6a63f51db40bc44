/** Where windows stand: pure, in the coordinates of the system (device-independent pixels). */

export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What is needed of Electron's `Display`. */
export interface DisplayFacts {
  readonly id: number;
  readonly label: string;
  readonly bounds: Area;
  readonly workArea: Area;
}

/** A display as remembered. Its id changes on some systems after a restart, its name and bounds rarely do. */
export interface RememberedDisplay {
  readonly id: number;
  readonly label: string;
  readonly bounds: Area;
}

export const remembered = ({ id, label, bounds: { x, y, width, height } }: DisplayFacts): RememberedDisplay => ({
  id,
  label,
  bounds: { x, y, width, height },
});

/** At least so much of a window must be seen so that it can be taken hold of. */
const GRIP = { width: 120, height: 48 };

const sameArea = (a: Area, b: Area) => a.x === b.x && a.y === b.y && a.width === b.width && a.height === b.height;

function overlap(a: Area, b: Area): { width: number; height: number } {
  return {
    width: Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x),
    height: Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y),
  };
}

/** The remembered display among those that are there: by id, else by name and size, else by its place; null: unplugged. */
export function findDisplay(wanted: RememberedDisplay, displays: readonly DisplayFacts[]): DisplayFacts | null {
  const alike = displays.filter(
    ({ label, bounds }) =>
      label !== '' &&
      label === wanted.label &&
      bounds.width === wanted.bounds.width &&
      bounds.height === wanted.bounds.height,
  );
  return (
    displays.find(({ id, label }) => id === wanted.id && label === wanted.label) ??
    (alike.length === 1 ? alike[0] : alike.find(({ bounds }) => sameArea(bounds, wanted.bounds))) ??
    displays.find(({ bounds, label }) => sameArea(bounds, wanted.bounds) && (label === '' || wanted.label === '')) ??
    null
  );
}

/** Where the host's window goes: the chosen display, else another than the desk's, else null (a plain window there). */
export function hostDisplay(
  chosen: RememberedDisplay | null,
  displays: readonly DisplayFacts[],
  primaryId: number,
): DisplayFacts | null {
  const found = chosen === null ? null : findDisplay(chosen, displays);
  return found ?? displays.find(({ id }) => id !== primaryId) ?? null;
}

/** One set of displays, whatever their order: windows are remembered for each arrangement by itself. */
export function arrangement(displays: readonly DisplayFacts[]): string {
  return displays
    .map(({ bounds: { x, y, width, height } }) => `${width}x${height}@${x},${y}`)
    .sort()
    .join(' ');
}

/** The bounds, when enough of them can be seen, cut to the display they are on most; else null. */
export function visiblePlace(place: Area, displays: readonly DisplayFacts[]): Area | null {
  const shares = displays.map((display) => ({ display, ...overlap(place, display.workArea) }));
  const best = shares
    .filter(({ width, height }) => width >= GRIP.width && height >= GRIP.height)
    .sort((a, b) => b.width * b.height - a.width * a.height)[0];
  if (best === undefined) return null;
  const { workArea } = best.display;
  const width = Math.min(place.width, workArea.width);
  // A title bar above the work area cannot be reached, and one that was cut could have lost what was seen of it.
  return {
    x: Math.max(place.x, workArea.x + GRIP.width - width),
    y: Math.max(place.y, workArea.y),
    width,
    height: Math.min(place.height, workArea.height),
  };
}
