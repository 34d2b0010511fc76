/** A SQL database as everything but its own folder sees it. Must not know a server, nor a driver. */
import type { Finding } from '../base/finding.js';
import type { ChangeSource } from './change-source.js';
import type { LogRoomReader } from './log-room.js';
import type { SideStore } from './side-store.js';

export interface SetupOptions {
  /** Tell the statements, run none. */
  readonly dryRun: boolean;
  readonly onStatement: (statement: string) => void;
}

/** What only the database can say of its tables to who reads its log through another program. */
export interface TableLook {
  /** Where its log ended just before, as events have their places. */
  readonly asOf: string;
  /** Entity → why its table can no longer be followed, as of now. */
  changed(): Promise<ReadonlyMap<string, string>>;
}

export interface SqlSide extends LogRoomReader {
  /** As people call it. */
  readonly server: 'PostgreSQL' | 'MariaDB' | 'Oracle';
  /** Its log, as we read it ourselves; null: only a Debezium connector reads it. */
  readonly source: ChangeSource | null;
  readonly store: SideStore;
  prepare(options: SetupOptions): Promise<void>;
  teardown(options: SetupOptions): Promise<void>;
  inspect(): Promise<readonly Finding[]>;
  /** Whether a process reads the log's only place for us now. */
  inUse(): Promise<boolean>;
  /** Ends whoever reads it: it has lost the right to. */
  endReader(): Promise<void>;
  lookAtTables(): Promise<TableLook>;
  /** Writes a progress row of no lane and a mark, both with this id, in one transaction. */
  probe(id: string): Promise<void>;
  /** Progress and held records under a share's name; to be closed by itself. */
  share(name: string): SideStore;
  close(): Promise<void>;
}
