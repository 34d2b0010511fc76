/** The part of the configuration's schema that a table has to itself: mapping and conflict policy. */
import { type Static, type TSchema, type TUnsafe, Type } from '@sinclair/typebox';

/** A string out of a fixed list. */
export function oneOf<const T extends readonly string[]>(
  values: T,
  options: Record<string, unknown> = {},
): TUnsafe<T[number]> {
  return Type.Unsafe<T[number]>({ type: 'string', enum: values, ...options });
}

export const strategies = [
  'lww',
  'prefer_sql',
  'prefer_mongodb',
  'merge',
  'version_vector',
  'ot',
  'crdt',
  'manual',
  'custom',
] as const;

const fieldRules = [
  'prefer_sql',
  'prefer_mongodb',
  'prefer_non_null',
  'merge_array',
  'merge_object',
  'lww',
  'max',
  'min',
  'text',
  'counter',
  'set',
] as const;

const deleteRules = ['delete_wins', 'update_wins', 'lww', 'manual'] as const;

const strict = { additionalProperties: false } as const;
const record = (value: TSchema, description: string) => ({ type: 'object', additionalProperties: value, description });

const flagValues = Type.Array(Type.Union([Type.String(), Type.Number(), Type.Boolean()]));

const flagRule = Type.Object({ flag: Type.String({ minLength: 1 }), sql: flagValues, mongodb: flagValues }, strict);
const customRule = Type.Object({ custom: Type.String({ minLength: 1 }) }, strict);

type FieldRule = (typeof fieldRules)[number] | Static<typeof flagRule> | Static<typeof customRule>;

/** A field's new name, false to leave it out, or its name and type. */
export type FieldConfig =
  | string
  | false
  | { readonly column?: string; readonly field?: string; readonly type?: string };

const fieldRuleMap = Type.Unsafe<Record<string, FieldRule>>(
  record(
    Type.Union([oneOf(fieldRules), flagRule, customRule], {
      description: `one of ${fieldRules.join(', ')}, or { flag: FIELD, sql: […], mongodb: […] }, or { custom: PATH }`,
    }),
    'Column or field → its rule, for the strategies that decide field by field; `prefer_sql` for the others',
  ),
);

const strategy = { description: 'Who wins when both sides changed a record at the same time' };
const deletion = { description: 'Who wins when one side deleted what the other changed' };
const module = Type.String({
  minLength: 1,
  description: 'The ES module that decides under `custom`, relative to the configuration’s folder',
});

export const conflictSchema = Type.Object(
  {
    strategy: oneOf(strategies, { default: 'lww', ...strategy }),
    delete: oneOf(deleteRules, { default: 'delete_wins', ...deletion }),
    module: Type.Optional(module),
  },
  { ...strict, default: {}, description: 'The policy of every table that has none of its own' },
);

export const entitySchema = Type.Object(
  {
    table: Type.String({ minLength: 1, description: 'schema.table, or schema.* for every table of a schema' }),
    collection: Type.Optional(
      Type.String({ minLength: 1, description: 'The collection; the table’s name by default' }),
    ),
    fields: Type.Unsafe<Record<string, FieldConfig>>({
      ...record(
        Type.Union(
          [
            Type.String({ minLength: 1 }),
            Type.Literal(false),
            Type.Object(
              {
                column: Type.Optional(Type.String({ minLength: 1 })),
                field: Type.Optional(Type.String({ minLength: 1 })),
                type: Type.Optional(Type.String({ minLength: 1 })),
              },
              strict,
            ),
          ],
          { description: 'the field’s name, false to leave the column out, or { column, type }' },
        ),
        'Column → field: a new name, false to leave it out; all columns under their own names by default',
      ),
      default: {},
    }),
    conflict: Type.Optional(
      Type.Object(
        {
          strategy: Type.Optional(oneOf(strategies, strategy)),
          delete: Type.Optional(oneOf(deleteRules, deletion)),
          insert: Type.Optional(
            oneOf(['manual'], {
              description:
                'manual: where both sides inserted the same key, a person decides; by default only where a sequence makes the keys and no strategy is named for the table',
            }),
          ),
          fields: Type.Optional(fieldRuleMap),
          module: Type.Optional(module),
          vector: Type.Optional(
            Type.String({
              minLength: 1,
              description:
                'The json column or field that holds the application’s own version vector, for `version_vector`',
            }),
          ),
        },
        { ...strict, description: 'The policy of this table' },
      ),
    ),
    criticality: Type.Optional(oneOf(['low', 'medium', 'high'], { description: 'For the adviser' })),
  },
  strict,
);

export type EntityFileConfig = Static<typeof entitySchema>;
