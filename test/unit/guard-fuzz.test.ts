import { expect, test } from 'vitest';
import { OPEN, TABLE } from '../../bench/commands/judge.ts';
import { mutated } from '../../bench/commands/mutate.ts';
import { judge } from '../../src/guard/judge.ts';

const SEED = 20261127;
const LINES = 1500;

test('mutated lines are all judged, none of them for long', () => {
  const lines = [...TABLE.before_approval.stop, ...TABLE.before_approval.pass, ...TABLE.nothing_open.stop];
  let slowest = { ms: 0, line: '' };
  for (const line of mutated(lines, LINES, SEED)) {
    const before = performance.now();
    judge(line, { cwd: '/nowhere', permits: [OPEN], home: '/data/infragate' });
    const ms = performance.now() - before;
    if (ms > slowest.ms) slowest = { ms, line };
  }
  expect(slowest.ms, slowest.line.slice(0, 500)).toBeLessThan(1500);
});

test.each([
  'head -c 16 </dev/urandom | base64',
  'tr -dc A-Za-z0-9 </dev/urandom | head -c 32',
  'cat /dev/zero | sh',
  'bash < /dev/tty',
  '. /dev/random',
  'source /proc/kcore',
])('no device is read: %s', (line) => {
  const before = performance.now();
  judge(line, { cwd: '/', permits: [], home: '/data/infragate' });
  expect(performance.now() - before).toBeLessThan(500);
});
