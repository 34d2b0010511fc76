/** The watch over both logs' room: servers that answer, refuse, hang, and set no limit. */
import { expect, test } from 'vitest';
import { silentLogger } from '../base/logger.js';
import type { LogRoom } from '../ports/log-room.js';
import { LogRooms } from './log-rooms.js';

const bytes = (left: number | null): LogRoom => ({ unit: 'bytes', kept: 10, left });

function open(sql: () => Promise<LogRoom | null>) {
  const time = { now: 0 };
  const seen: (string | null)[] = [];
  const rooms = new LogRooms({
    readers: {
      sql: { logRoom: sql },
      mongodb: {
        logRoom: (position) => {
          seen.push(position);
          return Promise.resolve({ unit: 'seconds', kept: 0, left: 3600 });
        },
      },
    },
    positions: () => ({ sql: null, mongodb: time.now < 60_000 ? 'place' : null }),
    // Whoever does not answer at once is waited for until the limit, which passes at once.
    clock: { now: () => time.now, sleep: () => new Promise((resolve) => setTimeout(resolve, 5)) },
    log: silentLogger,
  });
  return {
    rooms,
    seen,
    async look() {
      await rooms.look();
      time.now += 30_000;
    },
  };
}

test('the hours that are left follow from what is lost between looks', async () => {
  let left = 10_000;
  const { rooms, look } = open(() => {
    left -= 100;
    return Promise.resolve(bytes(left));
  });
  expect(rooms.forecast()).toEqual({
    sql: { room: null, hoursLeft: null },
    mongodb: { room: null, hoursLeft: null },
  });
  for (let i = 0; i < 40; i++) await look();
  const { sql, mongodb } = rooms.forecast();
  // 6000 left, 12,000 an hour.
  expect(sql).toEqual({ room: bytes(6000), hoursLeft: expect.closeTo(0.5, 5) as number });
  expect(mongodb.hoursLeft).toBe(Number.POSITIVE_INFINITY);
});

test('without a limit there is no end, and a limit that is set later begins a new course', async () => {
  const answers = [5000, 10, null, 5000, 5000, 5000, 5000];
  const { rooms, look } = open(() => Promise.resolve(bytes(answers.shift() as number)));
  for (let i = 0; i < 3; i++) await look();
  expect(rooms.forecast().sql.hoursLeft).toBe(Number.POSITIVE_INFINITY);
  for (let i = 0; i < 4; i++) await look();
  expect(rooms.forecast().sql.hoursLeft).toBe(Number.POSITIVE_INFINITY);
});

test('a server that refuses or hangs leaves the forecast unknown, and the other one’s alone', async () => {
  let asked = 0;
  let answer: (room: LogRoom) => void = () => {};
  const { rooms, look } = open(() => {
    asked += 1;
    if (asked === 1) return Promise.reject(new Error('no'));
    return new Promise((resolve) => {
      answer = resolve;
    });
  });
  for (let i = 0; i < 4; i++) {
    await look();
    expect(rooms.forecast().sql).toEqual({ room: null, hoursLeft: null });
    expect(rooms.forecast().mongodb.room?.left).toBe(3600);
  }
  // One that hangs is not asked again and again.
  expect(asked).toBe(2);
  answer(bytes(0));
  await look();
  expect(rooms.forecast().sql).toEqual({ room: bytes(0), hoursLeft: 0 });
});

test('while no position is known the last one is asked about', async () => {
  const { seen, look } = open(() => Promise.resolve(null));
  for (let i = 0; i < 4; i++) await look();
  expect(seen).toEqual(['place', 'place', 'place', 'place']);
});
