/** What the primary keys' constraints are called, of which alone an error tells. Must not know what it is asked for. */
import type { Session } from './session.js';
import { bound } from './statement.js';

export class KeyNames {
  private known: Promise<ReadonlySet<string>> | null = null;

  constructor(
    private readonly reads: Session,
    private readonly schemas: readonly string[],
  ) {}

  /** `SCHEMA.CONSTRAINT`; one that was made since it was first asked is not known. */
  async has(name: string): Promise<boolean> {
    this.known ??= this.read();
    return (await this.known).has(name);
  }

  private async read(): Promise<ReadonlySet<string>> {
    const found = new Set<string>();
    try {
      for (const schema of this.schemas) {
        const { rows } = await this.reads.query(
          bound(
            `select owner || '.' || constraint_name, index_owner || '.' || index_name from all_constraints
              where constraint_type = 'P' and owner = :1`,
            [['text', schema]],
          ),
        );
        // An index that was there before has its own name, and is what an error names.
        for (const name of rows.flat()) if (name !== null) found.add(name);
      }
      return found;
    } catch (error) {
      this.known = null;
      throw error;
    }
  }
}
