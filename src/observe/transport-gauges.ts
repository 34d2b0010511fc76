/** What a sync over Kafka shows of its partitions: each process of its own, so that adding up over processes counts nothing twice. */
import { Gauge, type Registry } from 'prom-client';
import { type Side, sides } from '../model/side.js';

export interface TransportReadings {
  readonly partitions: readonly {
    readonly partition: number;
    readonly here: boolean;
    readonly lagMs: number;
    readonly waiting: Readonly<Record<Side, number>>;
  }[];
  readonly captures: readonly { readonly side: Side; readonly state: string; readonly published: number }[];
  readonly unreadable: number;
}

function makeGauges(registry: Registry) {
  const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[]): Gauge<L> =>
    new Gauge({ name: `isthmus_${name}`, help, labelNames: [...labelNames], registers: [registry] });
  return {
    messages: gauge('partition_lag_messages', 'Messages that wait for this worker', ['side', 'partition']),
    seconds: gauge('partition_lag_seconds', 'Age of the oldest change that has not crossed', ['partition']),
    partitions: gauge('partitions', 'Partitions that this process has', []),
    capturing: gauge('capture_active', '1: this process captures the side', ['side']),
    published: gauge('capture_published', 'Changes that this process has published', ['side']),
    unreadable: gauge('unreadable_messages', 'Messages that could not be read, of the whole sync', []),
  };
}

export class TransportGauges {
  private readonly all: ReturnType<typeof makeGauges>;

  constructor(registry: Registry) {
    this.all = makeGauges(registry);
  }

  set({ partitions, captures, unreadable }: TransportReadings): void {
    const mine = partitions.filter(({ here }) => here);
    // What was another's is no longer ours to tell.
    this.all.messages.reset();
    this.all.seconds.reset();
    for (const { partition, lagMs, waiting } of mine) {
      this.all.seconds.set({ partition }, lagMs / 1000);
      for (const side of sides) this.all.messages.set({ side, partition }, waiting[side]);
    }
    this.all.partitions.set(mine.length);
    for (const { side, state, published } of captures) {
      this.all.capturing.set({ side }, state === 'capturing' ? 1 : 0);
      this.all.published.set({ side }, published);
    }
    this.all.unreadable.set(unreadable);
  }
}
