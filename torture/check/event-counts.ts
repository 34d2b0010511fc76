/** Record events by table and key, and those since everything was told to be quiet. Must not know logs. */

export class EventCounts {
  private readonly byTable = new Map<string, Map<string, number>>();
  private quietFrom: number | null = null;
  private total = 0;

  add(table: string, key: string): void {
    const keys = this.byTable.get(table) ?? new Map<string, number>();
    this.byTable.set(table, keys);
    keys.set(key, (keys.get(key) ?? 0) + 1);
    this.total += 1;
  }

  /** What is added from now on is noise. */
  quiet(): void {
    this.quietFrom = this.total;
  }

  /** Null: nobody asked for quiet. */
  get sinceQuiet(): number | null {
    return this.quietFrom === null ? null : this.total - this.quietFrom;
  }

  get all(): ReadonlyMap<string, ReadonlyMap<string, number>> {
    return this.byTable;
  }
}
