/** A live line chart of both links. Colours come from the theme; the newest or pointed-at values stand beside it as text. */
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { linkNames } from '../api/shapes.js';
import type { ChartData } from '../state/samples.js';
import { theme } from '../state/session.js';
import { useSideNames } from '../state/side-names.js';
import { useStore } from '../state/store.js';
import { linkText } from '../view/sides.js';
import { LinkTitle } from './parts.js';

interface ChartProps {
  readonly title: string;
  readonly data: ChartData;
  readonly format: (value: number) => string;
  /** Seconds; the whole of it is shown, also where data is missing. */
  readonly from: number;
  readonly to: number;
}

const height = 150;

export function Chart({ title, data, format, from, to }: ChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const [pointed, setPointed] = useState<number | null>(null);
  const scheme = useScheme();
  const names = useSideNames();
  const span = useRef({ from, to, data });
  span.current = { from, to, data };
  const shape = useRef(format);
  shape.current = format;

  useLayoutEffect(() => {
    const place = box.current;
    if (place === null) return;
    const made = new uPlot(
      options(
        place,
        () => span.current,
        (value) => shape.current(value),
        setPointed,
      ),
      span.current.data,
      place,
    );
    plot.current = made;
    const resize = new ResizeObserver(() => made.setSize({ width: place.clientWidth, height }));
    resize.observe(place);
    return () => {
      resize.disconnect();
      made.destroy();
    };
  }, [scheme]);
  useEffect(() => plot.current?.setData(data), [data, scheme]);

  const at = pointed ?? data[0].length - 1;
  const shown = linkNames.map((_, row) => data[row + 1]?.[at] ?? null);
  const told = shown.map((value) => (value === null ? 'no value' : format(value)));
  return (
    <figure class="chart">
      <figcaption>
        <h3>{title}</h3>
        <dl>
          {linkNames.map((link, row) => (
            <div key={link}>
              <dt class={link}>
                <LinkTitle link={link} />
              </dt>
              <dd>{shown[row] === null ? '–' : told[row]}</dd>
            </div>
          ))}
        </dl>
      </figcaption>
      <div
        ref={box}
        class="plot"
        role="img"
        aria-label={`${title}: ${linkNames.map((link, row) => `${linkText(link, names)} ${told[row]}`).join(', ')}`}
      />
    </figure>
  );
}

function options(
  place: HTMLElement,
  span: () => { from: number; to: number },
  format: (value: number) => string,
  point: (index: number | null) => void,
): uPlot.Options {
  const style = getComputedStyle(place);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const font = `11px ${style.fontFamily}`;
  const axis = { stroke: colour('--soft'), font, ticks: { show: false }, grid: { stroke: colour('--grid'), width: 1 } };
  const line = (name: string, fill: string): uPlot.Series => ({
    stroke: colour(name),
    fill: colour(fill),
    width: 1.75,
    points: { show: false },
    spanGaps: true,
  });
  return {
    width: Math.max(100, place.clientWidth),
    height,
    legend: { show: false },
    padding: [8, 4, 0, 0],
    cursor: { y: false, points: { size: 7 }, drag: { x: false, y: false } },
    scales: {
      x: { time: true, range: () => [span().from, span().to] },
      y: { range: (_plot, _least, most) => [0, Math.max(1, (most ?? 0) * 1.15)] },
    },
    axes: [
      { ...axis, grid: { show: false }, space: 70, size: 26, values: (_plot, splits) => splits.map(clock) },
      { ...axis, size: 58, space: 34, values: (_plot, splits) => splits.map(format) },
    ],
    series: [{}, line('--sql', '--sql-fill'), { ...line('--mongodb', '--mongodb-fill'), dash: [5, 3] }],
    hooks: { setCursor: [(plot) => point(plot.cursor.idx ?? null)] },
  };
}

function clock(seconds: number): string {
  const date = new Date(seconds * 1000);
  const two = (value: number): string => String(value).padStart(2, '0');
  const text = `${two(date.getHours())}:${two(date.getMinutes())}`;
  return date.getSeconds() === 0 ? text : `${text}:${two(date.getSeconds())}`;
}

/** Changes whenever the colours do. */
function useScheme(): string {
  const chosen = useStore(theme, (now) => now);
  const [dark, setDark] = useState(() => matchMedia('(prefers-color-scheme: dark)').matches);
  useEffect(() => {
    const media = matchMedia('(prefers-color-scheme: dark)');
    const look = (): void => setDark(media.matches);
    media.addEventListener('change', look);
    return () => media.removeEventListener('change', look);
  }, []);
  return chosen === 'system' ? (dark ? 'dark' : 'light') : chosen;
}
