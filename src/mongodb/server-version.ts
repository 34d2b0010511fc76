/** The server's version, and what it decides for us. */
import type { MongoClient } from 'mongodb';

export interface ServerVersion {
  readonly text: string;
  readonly parts: readonly number[];
}

export async function versionOf(client: MongoClient): Promise<ServerVersion> {
  const { version, versionArray } = (await client.db('admin').command({ buildInfo: 1 })) as {
    version?: string;
    versionArray?: number[];
  };
  return { text: String(version), parts: versionArray ?? [] };
}

export function isAtLeast({ parts }: ServerVersion, ...wanted: readonly number[]): boolean {
  for (const [index, part] of wanted.entries()) {
    const there = parts[index] ?? 0;
    if (there !== part) return there > part;
  }
  return true;
}

/** `$changeStreamSplitLargeEvent` came with 6.0.9 and 7.0. */
export function splitsEvents(version: ServerVersion): boolean {
  return isAtLeast(version, 6, 0, 9);
}
