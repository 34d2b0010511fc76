/** How much room a side's log has left before it forgets what a sync has not read yet. Asked now and then, for a forecast. */
import type { Position } from '../model/change.js';

export interface LogRoom {
  /** What is counted: bytes of the log, or seconds that it spans. */
  readonly unit: 'bytes' | 'seconds';
  /** What the log keeps from our place on. */
  readonly kept: number;
  /** What may be added until our place is forgotten, 0 if it is; null: no limit is set. */
  readonly left: number | null;
}

export interface LogRoomReader {
  /** `position`: what was handled so far; a side that keeps our place by itself knows better. Null: it cannot be told, or may not be read. */
  logRoom(position: Position | null): Promise<LogRoom | null>;
}
