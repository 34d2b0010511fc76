/** The shop's application on MongoDB. */
import {
  type Binary,
  type ClientSession,
  type Collection,
  type Db,
  Decimal128,
  type Document,
  type Filter,
  Int32,
  Long,
  MongoClient,
  UUID,
} from 'mongodb';
import type { Order, ShopSide } from './shop-side.js';

/** The keys of the shop's collections, none of them an ObjectId. */
interface Keyed extends Document {
  _id: Key;
}

type Key = string | Int32 | Long | Binary | Document;

export class MongoShop implements ShopSide {
  private constructor(
    private readonly client: MongoClient,
    private readonly db: Db,
  ) {}

  static async open(url: string, database: string): Promise<MongoShop> {
    const client = await new MongoClient(url, { appName: 'shop' }).connect();
    return new MongoShop(client, client.db(database));
  }

  async renameUser(id: string, name: string, tags: readonly string[]): Promise<number> {
    return this.update('users', uuid(id), { $set: { name, tags } });
  }

  async writeBio(id: string, bio: string | null): Promise<number> {
    return this.update('users', uuid(id), {
      $inc: { visits: Long.fromNumber(1) },
      ...(bio === null ? { $unset: { bio: '' } } : { $set: { bio } }),
    });
  }

  async priceProduct(id: number, price: string): Promise<number> {
    return this.update('products', new Int32(id), {
      $set: { price: Decimal128.fromString(price), updated_at: new Date() },
    });
  }

  async placeOrder({ id, user, total, items }: Order): Promise<number> {
    const order = {
      _id: Long.fromNumber(id),
      user_id: uuid(user),
      status: 'placed',
      total: Decimal128.fromString(total),
      placed_at: new Date(),
    };
    const lines = items.map(({ line, product, quantity, price }) => ({
      _id: { order_id: Long.fromNumber(id), line: new Int32(line) },
      product_id: new Int32(product),
      quantity: new Int32(quantity),
      price: Decimal128.fromString(price),
    }));
    return this.transaction(async (session) => {
      await this.collection('orders').insertOne(order, { session });
      await this.collection('order_items').insertMany(lines, { session });
      for (const { product, quantity } of items)
        await this.update('products', new Int32(product), { $inc: { stock: new Int32(-quantity) } }, session);
      return 1 + items.length * 2;
    });
  }

  async sendOrder(id: number): Promise<number> {
    return this.update('orders', Long.fromNumber(id), { $set: { status: 'sent' } });
  }

  async cancelOrder(id: number): Promise<number> {
    return this.transaction(async (session) => {
      const items = await this.collection('order_items').deleteMany(
        { '_id.order_id': Long.fromNumber(id) },
        { session },
      );
      const orders = await this.collection('orders').deleteOne(byId(Long.fromNumber(id)), { session });
      return items.deletedCount + orders.deletedCount;
    });
  }

  async saveSetting(key: string, level: number, note: string): Promise<number> {
    const written = await this.collection('settings').updateOne(
      byId(key),
      { $set: { value: { level: new Int32(level) }, note, updated_at: new Date() } },
      { upsert: true },
    );
    return written.modifiedCount + written.upsertedCount;
  }

  async removeSetting(key: string): Promise<number> {
    return (await this.collection('settings').deleteOne(byId(key))).deletedCount;
  }

  async close(): Promise<void> {
    await this.client.close();
  }

  private collection(name: string): Collection<Keyed> {
    return this.db.collection<Keyed>(name);
  }

  private async update(name: string, id: Key, change: Document, session?: ClientSession): Promise<number> {
    const options = session === undefined ? {} : { session };
    return (await this.collection(name).updateOne(byId(id), change, options)).modifiedCount;
  }

  /** The driver repeats it after write conflicts, with ours as with others'. */
  private async transaction(work: (session: ClientSession) => Promise<number>): Promise<number> {
    return this.client.withSession((session) =>
      session.withTransaction(() => work(session), { writeConcern: { w: 'majority' } }),
    );
  }
}

function uuid(id: string): Binary {
  return new UUID(id);
}

function byId(id: Key): Filter<Keyed> {
  return { _id: id } as Filter<Keyed>;
}
