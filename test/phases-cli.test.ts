/** `phase`, `routing` and `report` as a person meets them: real processes that ask a running sync through its API. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { start } from '../src/index.js';
import { runCli } from '../src/testing/cli/cli-process.js';
import { settle, testRigs } from './rig.js';

const rigs = await testRigs();
const folder = mkdtempSync(join(tmpdir(), 'isthmus-phases-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('shows the checklist, refuses, steps by force with a reason, and tells it all in the report', async () => {
  const rig = await rigs.open({
    schema: `create table items (id int primary key, v text); insert into items values (1, 'a')`,
    config: { lifecycle: true, initial: 'sql', entities: [{ table: 'public.items' }] },
  });
  const sync = await start(rig.config, { watchTimes: { phasesEveryMs: 50 } });
  rig.atEnd(() => sync.stop());
  const cli = (...args: string[]) => runCli([...args, '--url', sync.url], { cwd: folder });

  const shown = await cli('phase');
  expect([shown.code, shown.stderr]).toEqual([0, '']);
  expect(shown.stdout).toMatch(/^prepare {2}since/);
  expect(shown.stdout).toMatch(/✓ {2}working +yes +yes/);
  expect((await cli('phase', 'advance', '--by', 'ann')).code).toBe(0);
  await settle(sync);
  expect((await cli('phase', 'advance', '--to', 'replicate', '--by', 'ann')).stdout).toMatch(/✗ {2}comparison +none/);

  const refused = await cli('phase', 'advance', '--json');
  expect(refused.code).toBe(1);
  expect(JSON.parse(refused.stdout)).toMatchObject({ code: 'phase_refused' });
  expect(refused.stderr).toContain('comparison: none');
  const unreasoned = await cli('phase', 'advance', '--force');
  expect([unreasoned.code, unreasoned.stderr]).toEqual([1, expect.stringContaining('--why')]);
  const forced = await cli(
    'phase',
    'advance',
    '--force',
    '--why',
    'nothing | differs',
    '--by',
    'bob',
    '--share',
    '0.2',
  );
  expect([forced.code, forced.stdout]).toEqual([0, expect.stringContaining('by force: nothing | differs')]);
  expect((await cli('phase', 'advance', '--share', '7')).code).toBe(2);

  const routing = await cli('routing');
  expect(routing.stdout).toMatch(/sql +100 % +yes/);
  expect(JSON.parse((await cli('routing', '--json')).stdout)).toMatchObject({ phase: 'dual_read', compared: 0.2 });
  await cli('phase', 'advance', '--force', '--why', 'a test');
  const kong = parse((await cli('routing', '--format', 'kong')).stdout) as {
    upstreams: { targets: { weight: number }[] }[];
  };
  expect(kong.upstreams[0]?.targets.map(({ weight }) => weight)).toEqual([900, 100]);

  expect((await cli('phase', 'source', '--side', 'sql', '--why', 'back to the start', '--by', 'ann')).stdout).toContain(
    'replicate',
  );
  expect((await cli('phase', 'rollback', '--to', 'retired')).code).toBe(1);
  expect((await cli('phase', 'approve')).code).toBe(1);

  const file = join(folder, 'story.md');
  expect((await cli('report', '-o', file)).code).toBe(0);
  const story = readFileSync(file, 'utf8');
  expect(story).toContain(`# Migration ${rig.name}`);
  expect(story).toContain('| replicate → dual_read 20 % | advance, **forced** | bob | nothing \\| differs |');
  expect(story).toContain('read_cutover → replicate | source | ann | back to the start');
  expect(story).toMatch(/Steps by force:\n {2}- .*by bob: nothing \\\| differs/);
  expect(JSON.parse((await cli('report', '--json')).stdout)).toMatchObject({
    phase: 'replicate',
    forced: [{ by: 'bob' }, { why: 'a test' }],
    conflicts: { total: 0 },
  });
});
