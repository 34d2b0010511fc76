/** The shop's application on PostgreSQL. */
import pg from 'pg';
import type { Order, ShopSide } from './shop-side.js';

export class SqlShop implements ShopSide {
  private constructor(private readonly client: pg.Client) {}

  static async open(url: string): Promise<SqlShop> {
    const client = new pg.Client({ connectionString: url, application_name: 'shop' });
    // A server that ends is told by the query that fails.
    client.on('error', () => {});
    await client.connect();
    return new SqlShop(client);
  }

  async renameUser(id: string, name: string, tags: readonly string[]): Promise<number> {
    return this.write('update users set name = $2, tags = $3 where id = $1', [id, name, tags]);
  }

  async writeBio(id: string, bio: string | null): Promise<number> {
    return this.write('update users set bio = $2, visits = visits + 1 where id = $1', [id, bio]);
  }

  async priceProduct(id: number, price: string): Promise<number> {
    return this.write('update products set price = $2, updated_at = now() where id = $1', [id, price]);
  }

  async placeOrder({ id, user, total, items }: Order): Promise<number> {
    return this.transaction(async () => {
      await this.write(`insert into orders values ($1, $2, 'placed', $3, now())`, [id, user, total]);
      for (const { line, product, quantity, price } of items) {
        await this.write('insert into order_items values ($1, $2, $3, $4, $5)', [id, line, product, quantity, price]);
        await this.write('update products set stock = stock - $2 where id = $1', [product, quantity]);
      }
      return 1 + items.length * 2;
    });
  }

  async sendOrder(id: number): Promise<number> {
    return this.write(`update orders set status = 'sent' where id = $1`, [id]);
  }

  async cancelOrder(id: number): Promise<number> {
    return this.transaction(async () => {
      const items = await this.write('delete from order_items where order_id = $1', [id]);
      return items + (await this.write('delete from orders where id = $1', [id]));
    });
  }

  async saveSetting(key: string, level: number, note: string): Promise<number> {
    return this.write(
      `insert into settings values ($1, jsonb_build_object('level', $2::int), $3, now())
       on conflict (key) do update set value = excluded.value, note = excluded.note, updated_at = now()`,
      [key, level, note],
    );
  }

  async removeSetting(key: string): Promise<number> {
    return this.write('delete from settings where key = $1', [key]);
  }

  async close(): Promise<void> {
    await this.client.end();
  }

  private async write(text: string, values: unknown[]): Promise<number> {
    return (await this.client.query(text, values)).rowCount ?? 0;
  }

  private async transaction(work: () => Promise<number>): Promise<number> {
    await this.client.query('begin');
    try {
      const written = await work();
      await this.client.query('commit');
      return written;
    } catch (error) {
      await this.client.query('rollback');
      throw error;
    }
  }
}
