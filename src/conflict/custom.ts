/** What a module of the user's is asked and what it may answer. Types only: who runs it is the application's business. */

/** Record or field values as plain JSON data (see `plain.ts`); null is an absent record or value. */
export interface CustomInput {
  readonly base: unknown;
  readonly sql: unknown;
  readonly mongodb: unknown;
  readonly meta: {
    readonly table: string;
    readonly collection: string;
    /** Key columns' fields by name. */
    readonly key: Readonly<Record<string, unknown>>;
    readonly kind: string;
    /** The field that is asked about; null: the whole record. */
    readonly field: string | null;
    /** Commit times in milliseconds since 1970, each on its own server's clock; null where unknown. */
    readonly sqlTime: number | null;
    readonly mongodbTime: number | null;
  };
}

export interface CustomCall {
  /** Absolute path of an ES module whose default export is the function. */
  readonly module: string;
  readonly input: CustomInput;
}

export type CustomAnswer =
  | { readonly ok: true; readonly value: unknown }
  /** Why there is no answer, in words for an operator, without a full stop: it threw, hung, returned a promise … */
  | { readonly ok: false; readonly reason: string };

/** Never rejects. */
export type RunCustom = (call: CustomCall) => Promise<CustomAnswer>;
