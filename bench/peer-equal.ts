/** Whether Debezium carried everything to MongoDB. Its documents have other keys and types than ours: what they mean is compared. */
import type { Decimal128, Document } from 'mongodb';
import { peerCollection } from './peer-settings.js';
import type { World } from './world.js';

interface PeerDocument extends Document {
  readonly _id: { readonly id: number };
  readonly amount: Decimal128;
  /** An instant as text. */
  readonly changed: string;
}

export async function assertPeerEqual({ sql, mongo, name }: World): Promise<void> {
  const { rows } = await sql.query<Record<string, string>>(
    `select id::text, name, email, amount::float8::text as amount, quantity::text, active::text, note,
      floor(extract(epoch from changed) * 1000)::bigint::text as changed from people`,
  );
  const documents = mongo.db(name).collection<PeerDocument>(peerCollection).find();
  const found = new Map<string, string>();
  for await (const document of documents) found.set(String(document._id.id), meaningOf(document));
  let different = rows.length === found.size ? 0 : Math.abs(rows.length - found.size);
  for (const { id, ...row } of rows) if (found.get(id as string) !== JSON.stringify(Object.values(row))) different++;
  if (different > 0) throw new Error(`${different} of ${rows.length} records differ at the peer’s end`);
}

function meaningOf({ name, email, amount, quantity, active, note, changed }: PeerDocument): string {
  const values = [name, email, Number(amount), quantity, active, note, Date.parse(changed)];
  return JSON.stringify(values.map(String));
}
