/** How throughput falls with the number of columns, and with the size of a record. Every change touches the same three columns. */
import type { ConfigInput } from '../src/config/load.js';
import type { Side } from '../src/model/side.js';
import { changeMongo, changeSql } from './changes.js';
import { drain } from './one-way.js';
import type { BenchOptions } from './options.js';
import { collection, type Extra, noExtra, table, columns as usualColumns } from './people.js';
import { SyncProcess } from './process.js';
import type { Ratio, Report, Row } from './report.js';
import { openWorld, type Servers } from './world.js';

const limitMs = 600_000;
/** Of all records together: larger ones are fewer. */
const mostBytes = 300e6;
const usualBytes = 150;

interface Shape {
  readonly label: Row;
  readonly extra: Extra;
  readonly config?: Partial<ConfigInput>;
}

/** Outside the key. */
export function columns(servers: Servers, options: BenchOptions): Promise<Report> {
  const left = usualColumns.filter((column) => column !== 'quantity').map((column) => [column, false] as const);
  const one: Shape = {
    label: { columns: 1 },
    extra: noExtra,
    config: { entities: [{ table, collection, fields: Object.fromEntries(left) }] },
  };
  const wider = [43, 193].map((more) => ({
    label: { columns: usualColumns.length + more },
    extra: { columns: more, bytes: 10 },
  }));
  const usual: Shape = { label: { columns: usualColumns.length }, extra: noExtra };
  const shapes = { usual, others: [one, ...wider] };
  return measured('columns: rows a second by columns outside the key', shapes, { servers, options });
}

export function sizes(servers: Servers, options: BenchOptions): Promise<Report> {
  const others = [1_000, 10_000, 100_000].map((bytes) => ({ label: { bytes }, extra: { columns: 1, bytes } }));
  const usual: Shape = { label: { bytes: usualBytes }, extra: noExtra };
  return measured('sizes: rows a second by bytes of a record', { usual, others }, { servers, options });
}

async function measured(
  name: string,
  { usual, others }: { readonly usual: Shape; readonly others: readonly Shape[] },
  { servers, options }: { readonly servers: Servers; readonly options: BenchOptions },
): Promise<Report> {
  const rows: Row[] = [];
  const ratios: Ratio[] = [];
  const figuresOf = (source: Side, shape: Shape) => {
    options.note(`from ${source}: ${JSON.stringify(shape.label)}`);
    return oneWay(servers, { source, shape, options });
  };
  for (const source of options.from) {
    const first = await figuresOf(source, usual);
    rows.push({ from: source, ...usual.label, ...first });
    for (const shape of others) {
      const figures = await figuresOf(source, shape);
      const value = figures['rows/s'] / first['rows/s'];
      rows.push({ from: source, ...shape.label, ...figures, 'share of the usual': value });
      ratios.push({ what: `${JSON.stringify(shape.label)} against the usual, from ${source}`, value, better: 'more' });
    }
  }
  return { name, rows, bars: [], ratios };
}

interface Way {
  readonly source: Side;
  readonly shape: Shape;
  readonly options: BenchOptions;
}

async function oneWay(servers: Servers, { source, shape: { extra, config }, options }: Way) {
  const { quick, batch, lanes } = options;
  const bytes = usualBytes + extra.columns * extra.bytes;
  const rows = Math.min(
    options.count ?? (quick ? 10_000 : 100_000),
    Math.floor((quick ? mostBytes / 10 : mostBytes) / bytes),
  );
  await using world = await openWorld(servers, {
    rows,
    filled: ['sql', 'mongodb'],
    extra,
    config: { apply: { batch, lanes }, ...config },
  });
  await SyncProcess.startOnce(world.config, limitMs);
  await (source === 'sql' ? changeSql : changeMongo)(world, { rows, version: 1 });
  const { perSecond, cpuMs, peakBytes } = await drain(world, source, rows);
  return {
    changes: rows,
    'rows/s': perSecond,
    'MB/s': (perSecond * bytes) / 1e6,
    'cpu µs/row': (cpuMs * 1000) / rows,
    'peak MB': peakBytes / 1e6,
  };
}
