/** Asks both sides now and then how much room their logs leave, and forecasts when our place is forgotten. Bounded. */
import type { Clock } from '../base/clock.js';
import type { Logger } from '../base/logger.js';
import type { Position } from '../model/change.js';
import { type Side, sides } from '../model/side.js';
import type { LogRoom, LogRoomReader } from '../ports/log-room.js';
import { hoursLeft, type RoomSample } from './forecast.js';

export interface LogRoomsOptions {
  readonly readers: Readonly<Record<Side, LogRoomReader>>;
  /** How far each side's log is handled; null: not known now. */
  readonly positions: () => Readonly<Record<Side, Position | null>>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly everyMs?: number;
}

export interface Forecast {
  /** Null: cannot be read. */
  readonly room: LogRoom | null;
  /** Infinite: not in sight; null: cannot be read. */
  readonly hoursLeft: number | null;
}

/** A quarter of an hour. */
const samplesKept = 30;
const answerLimitMs = 20_000;

export class LogRooms {
  private readonly watches: Readonly<Record<Side, RoomWatch>>;
  private readonly stopper = new AbortController();
  private loop: Promise<void> = Promise.resolve();

  constructor(private readonly options: LogRoomsOptions) {
    this.watches = { sql: new RoomWatch('sql', options), mongodb: new RoomWatch('mongodb', options) };
  }

  forecast(): Readonly<Record<Side, Forecast>> {
    return { sql: this.watches.sql.forecast(), mongodb: this.watches.mongodb.forecast() };
  }

  async look(): Promise<void> {
    const positions = this.options.positions();
    await Promise.all(sides.map((side) => this.watches[side].look(positions[side], this.stopper.signal)));
  }

  start(): void {
    this.loop = this.run();
  }

  async stop(): Promise<void> {
    this.stopper.abort();
    await this.loop;
  }

  private async run(): Promise<void> {
    const { clock, everyMs = 30_000 } = this.options;
    while (!this.stopper.signal.aborted) {
      await this.look();
      await clock.sleep(everyMs, this.stopper.signal);
    }
  }
}

class RoomWatch {
  private samples: RoomSample[] = [];
  private room: LogRoom | null = null;
  private position: Position | null = null;
  private asked: Promise<LogRoom | null> | null = null;

  constructor(
    private readonly side: Side,
    private readonly options: LogRoomsOptions,
  ) {}

  forecast(): Forecast {
    const { room } = this;
    if (room === null) return { room, hoursLeft: null };
    return { room, hoursLeft: room.left === null ? Number.POSITIVE_INFINITY : hoursLeft(this.samples) };
  }

  /** A server that does not answer is asked again only when it has answered. */
  async look(position: Position | null, signal: AbortSignal): Promise<void> {
    const { clock, readers } = this.options;
    this.position = position ?? this.position;
    this.asked ??= this.ask(readers[this.side]);
    const limit = new AbortController();
    const late = clock.sleep(answerLimitMs, AbortSignal.any([signal, limit.signal])).then(() => null);
    this.room = await Promise.race([this.asked, late]);
    limit.abort();
    // Without a limit there is nothing to forecast; a limit that is set later begins a new course.
    if (this.room?.left === null) this.samples = [];
    else if (this.room !== null) this.samples.push({ at: clock.now(), left: this.room.left });
    if (this.samples.length > samplesKept) this.samples.shift();
  }

  private async ask(reader: LogRoomReader): Promise<LogRoom | null> {
    try {
      return await reader.logRoom(this.position);
    } catch {
      this.options.log.debug({ side: this.side }, 'the room that a log leaves could not be read');
      return null;
    } finally {
      this.asked = null;
    }
  }
}
