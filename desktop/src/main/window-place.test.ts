import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { arrangement, findDisplay, hostDisplay, remembered, visiblePlace, type DisplayFacts } from './window-place.ts';

const display = (id: number, x: number, label = `Screen ${id}`, width = 1920, height = 1080): DisplayFacts => ({
  id,
  label,
  bounds: { x, y: 0, width, height },
  workArea: { x, y: 30, width, height: height - 30 },
});
const desk = display(1, 0);
const studio = display(2, 1920);

describe('the display of the host', () => {
  test('is the chosen one, wherever it was plugged in again', () => {
    const wanted = remembered(studio);
    expect(findDisplay(wanted, [desk, studio])).toBe(studio);
    // After a restart Linux counts anew; the name and size stay.
    const renumbered = display(9, -1920, 'Screen 2');
    expect(findDisplay(wanted, [desk, renumbered])).toBe(renumbered);
  });

  test('of two of the same make the one at the same place is meant', () => {
    const left = display(7, 1920, 'DELL');
    const right = display(8, 3840, 'DELL');
    expect(findDisplay({ ...remembered(right), id: 99 }, [desk, left, right])).toBe(right);
    expect(findDisplay({ ...remembered(right), id: 99, bounds: { ...right.bounds, x: 9_000 } }, [desk, left, right])).toBe(null);
  }); // prettier-ignore

  test('an id that another display has now is not trusted', () => {
    expect(findDisplay(remembered(studio), [desk, display(2, 1920, 'Projector', 1280, 720)])).toBe(null);
  });

  test('falls back to any that is not the desk, and to none on a single display', () => {
    const third = display(3, 3840);
    expect(hostDisplay(remembered(studio), [desk, third], 1)).toBe(third);
    expect(hostDisplay(remembered(studio), [desk], 1)).toBe(null);
    expect(hostDisplay(null, [desk, studio], 1)).toBe(studio);
    expect(hostDisplay(remembered(desk), [desk, studio], 1)).toBe(desk);
  });
});

describe('the place of a window', () => {
  test('stays where it was seen, and is given up where nobody sees it', () => {
    const place = { x: 2_000, y: 100, width: 800, height: 600 };
    expect(visiblePlace(place, [desk, studio])).toEqual(place);
    expect(visiblePlace(place, [desk])).toBe(null);
    expect(visiblePlace({ x: 1_900, y: 100, width: 800, height: 600 }, [desk])).toBe(null);
  });

  test('a title bar above the work area comes down, a window larger than the display is cut', () => {
    expect(visiblePlace({ x: 0, y: 0, width: 4_000, height: 3_000 }, [desk])).toEqual({ x: 0, y: 30, width: 1920, height: 1050 }); // prettier-ignore
  });

  test('whatever it was, what comes back can be taken hold of on some display', () => {
    const number = fc.integer({ min: -5_000, max: 5_000 });
    const size = fc.integer({ min: 1, max: 5_000 });
    fc.assert(
      fc.property(number, number, size, size, (x, y, width, height) => {
        const found = visiblePlace({ x, y, width, height }, [desk, studio]);
        if (found === null) return;
        const seen = [desk, studio].some(({ workArea: area }) => {
          const w = Math.min(found.x + found.width, area.x + area.width) - Math.max(found.x, area.x);
          return w >= 120 && found.y >= area.y && found.y <= area.y + area.height - 48;
        });
        expect(seen).toBe(true);
      }),
    );
  });

  test('displays told in another order are the same arrangement; another resolution is another', () => {
    expect(arrangement([desk, studio])).toBe(arrangement([studio, desk]));
    expect(arrangement([desk, studio])).not.toBe(arrangement([desk, display(2, 1920, 'Screen 2', 2560, 1440)]));
  });
});
