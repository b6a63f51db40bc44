import { useLayoutEffect, useRef } from 'react';

/** As in the style. */
const LINE_HEIGHT = 1.15;
const MAX_LINES = 2;
/** Largest size as part of the width: beyond it a short headline is a poster and the fact below it a footnote. */
const WIDE_RATIO = 0.15;
const TALL_RATIO = 0.3;

/** The largest size at which `fits`, between `least` and `most`; `least` when none does. */
export function largestFit(least: number, most: number, fits: (px: number) => boolean): number {
  let [low, high] = [Math.ceil(least), Math.max(Math.ceil(least), Math.floor(most))];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** A headline as large as its place allows on at most two lines, never below what can be read from the seat. */
export function FittedHeadline({ parts, leastPx }: { parts: readonly string[]; leastPx: number }) {
  const text = parts.join('');
  const box = useRef<HTMLDivElement>(null);
  const headline = useRef<HTMLHeadingElement>(null);

  useLayoutEffect(() => {
    const [place, element] = [box.current, headline.current];
    if (place === null || element === null) return;
    const fit = () => {
      const { clientWidth, clientHeight } = place;
      if (clientWidth === 0) return;
      element.style.maxHeight = '';
      const fits = (px: number) => {
        element.style.fontSize = `${px}px`;
        // The clamp of the style hides what does not fit; scroll sizes count it, and a font's reach beyond its line too.
        const height = element.scrollHeight;
        return (
          height < (MAX_LINES + 0.5) * LINE_HEIGHT * px && height <= clientHeight && element.scrollWidth <= clientWidth
        );
      };
      const px = largestFit(
        leastPx,
        Math.min(clientHeight, clientWidth * (clientWidth > clientHeight ? WIDE_RATIO : TALL_RATIO)),
        fits,
      );
      element.style.fontSize = `${px}px`;
      // Too much for this screen at this distance: its first lines whole, none cut through.
      element.style.maxHeight = fits(px) ? '' : `${Math.max(1, Math.floor(clientHeight / (LINE_HEIGHT * px))) * LINE_HEIGHT * px}px`; // prettier-ignore
    };
    fit();
    const observer = new ResizeObserver(fit);
    observer.observe(place);
    return () => observer.disconnect();
  }, [text, leastPx]);

  return (
    <div className="headline-place" ref={box}>
      <h1 className="headline" ref={headline}>
        {parts.map((part, i) => (
          <span className="whole" key={i}>
            {part}
          </span>
        ))}
      </h1>
    </div>
  );
}
