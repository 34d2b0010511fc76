import { expect, test } from 'vitest';
import { encodeKey } from '../../model/key.js';
import { entity, field, users } from '../../testing/mongodb/entities.js';
import { keyOfText, shownKey } from './record-key.js';

const ids = entity('ids', [field('id', 'uuid', 'uuid')], []);
const names = entity('names', [field('name', 'text', 'text')], []);
const lines = entity(
  'lines',
  [
    field('order_id', 'int8', 'bigint'),
    { ...field('lineNo', 'int4', 'integer'), column: 'line_no' },
    field('code', 'text', 'text'),
  ],
  [],
);

test('a shown key is what keyOfText takes', () => {
  expect(shownKey(users, '7')).toBe('7');
  expect(shownKey(lines, encodeKey(['1', '2', 'x']))).toEqual({ order_id: '1', lineNo: 2, code: 'x' });
  expect(keyOfText(lines, JSON.stringify(shownKey(lines, encodeKey(['1', '2', 'x']))))).toBe(
    encodeKey(['1', '2', 'x']),
  );
});

test('a single key is its plain text, made canonical', () => {
  expect(keyOfText(users, '7')).toBe('7');
  expect(keyOfText(ids, 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11')).toBe('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11');
  expect(keyOfText(names, '{"a": 1} & more')).toBe('{"a": 1} & more');
  expect(keyOfText(names, '')).toBe('');
});

test('a composite key is a JSON object by field or column, in any order, numbers as such or as text', () => {
  const key = encodeKey(['1', '2', 'x']);
  expect(keyOfText(lines, '{"order_id": 1, "lineNo": 2, "code": "x"}')).toBe(key);
  expect(keyOfText(lines, '{"code": "x", "line_no": "2", "order_id": "1"}')).toBe(key);
  expect(keyOfText(lines, '{"order_id": 1, "lineNo": 2, "code": 5}')).toBe(encodeKey(['1', '2', '5']));
});

test.each([
  [users, 'seven', 'id is of type bigint'],
  [users, '07', 'id is of type bigint'],
  [lines, '1', 'a key of 3 columns'],
  [lines, '[1, 2, "x"]', 'a key of 3 columns'],
  [lines, '{"order_id": 1}', 'lacks lineNo'],
  [lines, '{"order_id": 1, "lineNo": null, "code": "x"}', 'lacks lineNo'],
  [lines, '{"order_id": 1, "lineNo": 2, "code": "x", "more": 1}', 'has no more'],
  [lines, '{"order_id": 1, "lineno": 2, "code": "x"}', 'did you mean "lineNo"?'],
  // Rounded by JSON: it would name another record.
  [lines, '{"order_id": 9007199254740993, "lineNo": 2, "code": "x"}', 'order_id is of type bigint'],
  [lines, '{"order_id": 1, "lineNo": 2.5, "code": "x"}', 'lineNo is of type integer'],
])('%# is refused with what is wrong', (of, text, says) => {
  expect(() => keyOfText(of, text)).toThrow(says);
  expect(() => keyOfText(of, text)).toThrow(expect.objectContaining({ code: 'request_invalid' }));
});
