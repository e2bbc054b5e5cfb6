/** Plots as inline SVG: lines or stacked areas over years, with axes, units and a legend; colours come from the page's style. */

export interface Series {
  readonly name: string;
  readonly values: readonly number[];
}

export interface Plot {
  readonly title: string;
  readonly unit: string;
  readonly x: { readonly label: string; readonly values: readonly number[] };
  readonly series: readonly Series[];
  readonly stacked?: boolean;
  /** Where the axis ends, if not at the largest value. */
  readonly top?: number;
}

const [WIDTH, HEIGHT] = [300, 190];
const [LEFT, RIGHT, TOP, BOTTOM] = [36, 8, 10, 32];
/** Colours in the page's style. */
export const COLOURS = 9;

export function plotSvg(plot: Plot): string {
  const series = plot.stacked ? stackedOf(plot.series) : plot.series;
  const values = series.flatMap((line) => line.values);
  const ticks = ticksTo(plot.top ?? Math.max(0, ...values));
  const most = ticks.at(-1) || 1;
  const last = plot.x.values.at(-1) || 1;
  const px = (x: number): string => (LEFT + (x / last) * (WIDTH - LEFT - RIGHT)).toFixed(1);
  const py = (y: number): string => (HEIGHT - BOTTOM - (y / most) * (HEIGHT - TOP - BOTTOM)).toFixed(1);
  const points = (line: readonly number[]): string[] => line.map((y, i) => `${px(plot.x.values[i] ?? 0)},${py(y)}`);
  const shapes = series.map((line, i) => {
    if (!plot.stacked) return `<polyline class="line s${i % COLOURS}" points="${points(line.values).join(' ')}"/>`;
    const below = series[i - 1]?.values ?? line.values.map(() => 0);
    const outline = [...points(line.values), ...points(below).reverse()];
    return `<polygon class="area s${i % COLOURS}" points="${outline.join(' ')}"/>`;
  });
  const axis = [
    ...ticks.map(
      (y) =>
        `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${py(y)}" y2="${py(y)}"/>` +
        `<text x="${LEFT - 5}" y="${py(y)}" dy="4" text-anchor="end">${short(y)}</text>`,
    ),
    ...ticksTo(last, 6)
      .filter((x) => x <= last)
      .map((x) => `<text x="${px(x)}" y="${HEIGHT - BOTTOM + 14}" text-anchor="middle">${short(x)}</text>`),
    `<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 3}" text-anchor="middle">${escaped(plot.x.label)}</text>`,
  ];
  const label = escaped(`${plot.title}, ${plot.unit}`);
  return [
    `<figure><figcaption><b>${escaped(plot.title)}</b> <span>${escaped(plot.unit)}</span></figcaption>`,
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${label}">${axis.join('')}${shapes.join('')}</svg>`,
    `<ul>${plot.series.map(({ name }, i) => `<li class="s${i % COLOURS}">${escaped(name)}</li>`).join('')}</ul></figure>`,
  ].join('\n');
}

function stackedOf(series: readonly Series[]): Series[] {
  let below: readonly number[] = [];
  return series.map(({ name, values }) => {
    below = values.map((value, i) => value + (below[i] ?? 0));
    return { name, values: below };
  });
}

/** Round numbers from 0 to at least `most`, in so many steps or fewer. */
export function ticksTo(most: number, steps = 4): number[] {
  if (!(most > 0)) return [0, 1];
  const raw = most / steps;
  const power = 10 ** Math.floor(Math.log10(raw));
  const unit = [1, 2, 2.5, 5, 10].find((step) => step * power >= raw * 0.999_999) ?? 10;
  const count = Math.ceil(most / (unit * power) - 1e-9);
  return Array.from({ length: count + 1 }, (_, i) => Number((i * unit * power).toPrecision(12)));
}

function short(value: number): string {
  if (value >= 1e6) return `${Number((value / 1e6).toPrecision(4))}M`;
  if (value >= 1e4) return `${Number((value / 1e3).toPrecision(4))}k`;
  return String(Number(value.toPrecision(4)));
}

export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
