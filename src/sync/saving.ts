/**
 * Stores how far a link has handled its log where no write of ours does that in passing. Must not know what is handled, nor when.
 */
import type { LaneWriter } from './lane-writer.js';
import type { ReadProgress } from './read-progress.js';
import type { LinkMemory, Session } from './session.js';

export interface SavingParts {
  readonly session: Session;
  readonly memory: LinkMemory;
  readonly progress: ReadProgress;
  /** Undefined: none is free. */
  readonly takeLane: () => LaneWriter | undefined;
  readonly giveLane: (lane: LaneWriter) => void;
  readonly stored: () => void;
}

/** Reading our own writes causes no save, or it would never end; one for so many is little, and spares reading them again. */
const echoesASave = 10_000;

export class Saving {
  /** Since the last save: whether a change was handled without one, and how many of our own were read back. */
  private unsaved = { changed: false, echoed: 0 };

  constructor(private readonly parts: SavingParts) {}

  /** `saved`: in the transaction that wrote them. */
  handled(saved: boolean, changes: number): void {
    if (saved) this.unsaved = { changed: false, echoed: 0 };
    else if (changes > 0) this.unsaved.changed = true;
  }

  echoed(changes: number): void {
    this.unsaved.echoed += changes;
  }

  /** On the heartbeat: stores a position that moved without a write of ours. `always`: also if little but marks was read. */
  async save(always: boolean): Promise<void> {
    const { progress, memory, session, takeLane, giveLane, stored } = this.parts;
    const moved = progress.position !== progress.durable;
    if (!moved || !(this.unsaved.changed || always || this.unsaved.echoed >= echoesASave)) return;
    const lane = takeLane();
    if (lane === undefined) return;
    const now = progress.toSave();
    try {
      const plan = { writes: [], hold: [], drop: [], settlements: [] };
      session.parts.faults.reach('save.before-commit');
      await lane.commit({ read: [], plan: () => plan, save: memory.loads.toSave(now, {}) });
      session.parts.faults.reach('save.after-commit');
      progress.stored(lane.lane, now);
      stored();
      this.unsaved = { changed: false, echoed: 0 };
    } finally {
      giveLane(lane);
    }
  }

  /** Resolves when a new process would not read again what is handled by now, or when this life ends. */
  async storeHandled(): Promise<void> {
    const { progress, session } = this.parts;
    const { clock, options } = session.parts;
    for (const until = progress.position; !session.signal.aborted && progress.durable < until; ) {
      await this.save(true);
      // No lane was free, or another one stores less for now.
      if (progress.durable < until) await clock.sleep(options.timerMs, session.signal);
    }
  }
}
