/** The rule `text` on a field: what null means, and what the column does not take. */
import { describe, expect, it } from 'vitest';
import type { ColumnType } from '../../model/entity.js';
import type { Value } from '../../model/record.js';
import { decideText } from './decide-text.js';

interface Versions {
  readonly base: Value;
  readonly sql: Value;
  readonly mongodb: Value;
}

function decide(type: ColumnType, versions: Versions, nullable = true): ReturnType<typeof decideText> {
  const field = { column: 'note', field: 'note', type, nullable, hasDefault: false };
  return decideText({ field, ...versions, later: 'sql' });
}

const text: ColumnType = { kind: 'text', sql: 'text' };

describe('the rule text', () => {
  it('keeps both edits', () => {
    const versions = { base: 'Hello world', sql: 'Hello beautiful world', mongodb: 'world' };
    expect(decide(text, versions)).toEqual({ decided: true, value: 'beautiful world' });
    expect(decide({ kind: 'citext', sql: 'citext' }, versions)).toEqual({ decided: true, value: 'beautiful world' });
  });

  it('takes an absent ancestor for an empty text', () => {
    expect(decide(text, { base: null, sql: 'a', mongodb: 'b' })).toEqual({ decided: true, value: 'ab' });
  });

  it('takes null for a deletion, of which the other side’s inserts survive', () => {
    expect(decide(text, { base: 'one', sql: null, mongodb: 'one two' })).toEqual({ decided: true, value: ' two' });
    expect(decide(text, { base: 'one two', sql: 'one', mongodb: null })).toEqual({ decided: true, value: null });
    expect(decide(text, { base: 'one', sql: '', mongodb: null })).toEqual({ decided: true, value: null });
    expect(decide(text, { base: 'one', sql: '', mongodb: null }, false)).toEqual({ decided: true, value: '' });
  });

  it('leaves what the column cannot hold to a person, without saying the value', () => {
    const versions = { base: '😀', sql: '😀abc', mongodb: 'xyz😀' };
    const short: ColumnType = { kind: 'varchar', sql: 'character varying', length: 6 };
    expect(decide({ ...short, length: 7 }, versions)).toEqual({ decided: true, value: 'xyz😀abc' });
    const answer = decide(short, versions);
    expect(answer).toEqual({ decided: false, reason: expect.stringContaining('the 6 characters of the column') });
    expect(JSON.stringify(answer)).not.toMatch(/abc|xyz/);
    const objectId: ColumnType = { ...text, document: 'objectId' };
    expect(decide(objectId, { base: null, sql: 'a'.repeat(24), mongodb: 'b'.repeat(24) })).toMatchObject({
      decided: false,
    });
  });

  it('gives char its canonical form', () => {
    const type: ColumnType = { kind: 'char', sql: 'character', length: 10 };
    expect(decide(type, { base: 'a b', sql: 'a', mongodb: 'a c b' })).toEqual({ decided: true, value: 'ac' });
    expect(decide(type, { base: 'ab', sql: 'a', mongodb: 'a b' })).toEqual({ decided: true, value: 'a' });
  });
});
