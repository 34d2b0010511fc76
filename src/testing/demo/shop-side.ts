/** What a shop's application does on one side; the same for both, so that both kinds of writer can be driven alike. */

export interface OrderItem {
  readonly line: number;
  readonly product: number;
  readonly quantity: number;
  readonly price: string;
}

export interface Order {
  readonly id: number;
  readonly user: string;
  readonly total: string;
  readonly items: readonly OrderItem[];
}

/** Each call is one transaction that is acknowledged when the promise resolves; the number is how many records it wrote. */
export interface ShopSide {
  renameUser(id: string, name: string, tags: readonly string[]): Promise<number>;
  writeBio(id: string, bio: string | null): Promise<number>;
  priceProduct(id: number, price: string): Promise<number>;
  /** The order, its items, and each product's stock. */
  placeOrder(order: Order): Promise<number>;
  sendOrder(id: number): Promise<number>;
  /** The order and its items are deleted. */
  cancelOrder(id: number): Promise<number>;
  /** Inserted, or changed if it is there. */
  saveSetting(key: string, level: number, note: string): Promise<number>;
  removeSetting(key: string): Promise<number>;
  close(): Promise<void>;
}
