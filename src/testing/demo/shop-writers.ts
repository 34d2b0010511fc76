/** Writers on both sides: most write what only they touch, now and then both change the same record at once. */
import { type Random, seededRandom } from './random.js';
import { bios, firstNames, hotProducts, hotUsers, type ShopSizes, tags, userId } from './shop-schema.js';
import type { Order, ShopSide } from './shop-side.js';

export interface WriterTotals {
  transactions: number;
  records: number;
  /** Pairs of writes of both sides to one record at the same time. */
  collisions: number;
  readonly bySide: { sql: number; mongodb: number };
}

export interface WriterOptions {
  readonly sizes: ShopSizes;
  /** Opens one more connection of the side. */
  readonly sql: () => Promise<ShopSide>;
  readonly mongodb: () => Promise<ShopSide>;
  readonly seed: number;
  /** Writes a second that each side makes alone, about. */
  readonly perSecond: number;
  /** Pairs of colliding writes a second, about. */
  readonly collisionsPerSecond: number;
}

export interface Writers {
  readonly totals: Readonly<WriterTotals>;
  /** Rejects if a writer failed for another reason than a lost record. */
  stop(): Promise<void>;
}

export async function startWriters(options: WriterOptions): Promise<Writers> {
  const totals: WriterTotals = { transactions: 0, records: 0, collisions: 0, bySide: { sql: 0, mongodb: 0 } };
  const stopping = new AbortController();
  const sides = await Promise.all([options.sql(), options.mongodb(), options.sql(), options.mongodb()]);
  const [sql, mongodb, sqlRival, mongodbRival] = sides as [ShopSide, ShopSide, ShopSide, ShopSide];
  const count = (side: 'sql' | 'mongodb', records: number): void => {
    totals.transactions += 1;
    totals.records += records;
    totals.bySide[side] += 1;
  };
  const alone = (name: 'sql' | 'mongodb', side: ShopSide, offset: number): Promise<void> => {
    const shopper = new Shopper(side, seededRandom(options.seed + offset), options.sizes, offset);
    return paced(options.perSecond, stopping.signal, async () => count(name, await shopper.act()));
  };
  const rivalry = new Rivalry(sqlRival, mongodbRival, seededRandom(options.seed + 7));
  const running = Promise.all([
    alone('sql', sql, 0),
    alone('mongodb', mongodb, 1),
    paced(options.collisionsPerSecond, stopping.signal, async () => {
      const [ofSql, ofMongodb] = await rivalry.act();
      count('sql', ofSql);
      count('mongodb', ofMongodb);
      totals.collisions += 1;
    }),
  ]);
  running.catch(() => stopping.abort());
  return {
    totals,
    stop: async () => {
      stopping.abort();
      await running.finally(() => Promise.all(sides.map((side) => side.close())));
    },
  };
}

/** Repeats `work`, at most so many times a second, one after the other. */
async function paced(perSecond: number, stopping: AbortSignal, work: () => Promise<void>): Promise<void> {
  const started = performance.now();
  for (let done = 0; !stopping.aborted; done++) {
    const early = started + (done * 1000) / perSecond - performance.now();
    // Timers are no finer than a millisecond: what is late is caught up in a row.
    if (early >= 1) await new Promise((resolve) => setTimeout(resolve, early));
    if (!stopping.aborted) await work();
  }
}

/** One side's customers; orders of SQL have even numbers, those of MongoDB odd ones. */
class Shopper {
  private nextOrder: number;
  private readonly open: number[] = [];

  constructor(
    private readonly side: ShopSide,
    private readonly random: Random,
    private readonly sizes: ShopSizes,
    private readonly offset: number,
  ) {
    this.nextOrder = 10_000_000 + offset;
  }

  async act(): Promise<number> {
    const side = this.side;
    const random = this.random;
    const dice = random.below(100);
    if (dice < 30)
      return side.renameUser(this.user(), `${random.of(firstNames)} ${random.below(10_000)}`, [random.of(tags)]);
    if (dice < 55)
      return side.writeBio(this.user(), random.chance(0.1) ? null : `${random.of(bios)} ${random.below(1000)}`);
    if (dice < 75) return side.priceProduct(this.product(), price(random));
    if (dice < 92) return this.place();
    const order = this.open.shift();
    if (order === undefined) return this.place();
    return dice < 96 ? side.sendOrder(order) : side.cancelOrder(order);
  }

  private async place(): Promise<number> {
    const order: Order = { id: this.nextOrder, user: this.user(), total: price(this.random), items: this.items() };
    this.nextOrder += 2;
    const written = await this.side.placeOrder(order);
    this.open.push(order.id);
    return written;
  }

  private items(): Order['items'] {
    return Array.from({ length: 1 + this.random.below(3) }, (_, line) => ({
      line: line + 1,
      product: this.product(line),
      quantity: 1 + this.random.below(3),
      price: price(this.random),
    }));
  }

  /** Beyond the hot ones, every second one: only this side touches it. */
  private user(): string {
    return userId(this.own(hotUsers, this.sizes.users));
  }

  private product(spread = 0): number {
    const all = this.sizes.products;
    return Math.min(all, this.own(hotProducts, all - 6) + spread * 2);
  }

  private own(hot: number, all: number): number {
    const pairs = Math.max(1, Math.floor((all - hot) / 2));
    return hot + 1 + this.offset + 2 * this.random.below(pairs);
  }
}

/** Both sides at the same record at the same time. */
class Rivalry {
  private nextSetting = 0;

  constructor(
    private readonly sql: ShopSide,
    private readonly mongodb: ShopSide,
    private readonly random: Random,
  ) {}

  act(): Promise<[number, number]> {
    const random = this.random;
    const dice = random.below(100);
    if (dice < 45) {
      const user = userId(1 + random.below(hotUsers));
      return this.both((side, name) =>
        side.renameUser(user, `${random.of(firstNames)} of ${name} ${random.below(1000)}`, [random.of(tags), name]),
      );
    }
    if (dice < 85) {
      const product = 1 + random.below(hotProducts);
      return this.both((side) => side.priceProduct(product, price(random)));
    }
    if (dice < 93 || this.nextSetting < 100) {
      const key = `promo.${this.nextSetting++}`;
      return this.both((side, name) => side.saveSetting(key, random.below(100), `made on ${name}`));
    }
    const key = `promo.${this.nextSetting - 100 + random.below(50)}`;
    const remover = random.chance(0.5) ? 'sql' : 'mongodb';
    return this.both((side, name) =>
      name === remover ? side.removeSetting(key) : side.saveSetting(key, random.below(100), `changed on ${name}`),
    );
  }

  private both(write: (side: ShopSide, name: 'sql' | 'mongodb') => Promise<number>): Promise<[number, number]> {
    return Promise.all([write(this.sql, 'sql'), write(this.mongodb, 'mongodb')]);
  }
}

function price(random: Random): string {
  return `${1 + random.below(900)}.${String(random.below(100)).padStart(2, '0')}`;
}
