/** Points of each unbroken run of values in a box of 1 by 1, as SVG path data. A gap is a gap. */
export function sparkPath(values: readonly (number | null)[], width: number, height: number): string {
  const top = Math.max(1, ...values.map((v) => v ?? 0));
  const step = width / Math.max(1, values.length - 1);
  let path = '';
  let joined = false;
  values.forEach((value, i) => {
    if (value !== null)
      path += `${joined ? 'L' : 'M'}${(i * step).toFixed(1)} ${(height - (value / top) * height).toFixed(1)}`;
    joined = value !== null;
  });
  return path;
}

const WIDTH = 80;
const HEIGHT = 20;

/** Interest of one product; its scale is its own. `stretched` fills whatever box it stands in. */
export function Spark(props: { values: readonly (number | null)[]; label: string; stretched?: boolean }) {
  const { values, label } = props;
  return (
    <svg
      className="spark"
      viewBox={`0 -2 ${WIDTH} ${HEIGHT + 4}`}
      width={WIDTH}
      height={HEIGHT + 4}
      preserveAspectRatio={props.stretched === true ? 'none' : 'xMidYMid'}
      role="img"
      aria-label={label}
    >
      <path d={sparkPath(values, WIDTH, HEIGHT)} />
    </svg>
  );
}
