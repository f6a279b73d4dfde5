import { expect, test } from 'vitest';
import { OPEN, TABLE } from '../../bench/commands/judge.ts';
import { mutated } from '../../bench/commands/mutate.ts';
import { judge } from '../../src/guard/judge.ts';
import { NeedsTimeLimit } from '../../src/shell/index.ts';

const SEED = 20261127;
/** `FUZZ_LINES=10000` tries as many. */
const LINES = Number(process.env.FUZZ_LINES ?? 1500);
/** Each line takes a few milliseconds of an idle machine. */
const TIMEOUT_MS = 30_000 + 30 * LINES;
/** Of this thread's processor, so that a busy machine changes nothing. */
const spent = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
};

test(
  'mutated lines are all judged, none of them for long',
  () => {
    const lines = [...TABLE.before_approval.stop, ...TABLE.before_approval.pass, ...TABLE.nothing_open.stop];
    let slowest = { ms: 0, line: '' };
    for (const line of mutated(lines, LINES, SEED)) {
      const before = spent();
      judge(line, { cwd: '/nowhere', permits: [OPEN], home: '/data/infragate' });
      const ms = spent() - before;
      if (ms > slowest.ms) slowest = { ms, line };
    }
    expect(slowest.ms, slowest.line.slice(0, 500)).toBeLessThan(1500);
  },
  TIMEOUT_MS,
);

test.each([
  'head -c 16 </dev/urandom | base64',
  'tr -dc A-Za-z0-9 </dev/urandom | head -c 32',
  'cat /dev/zero | sh',
  'bash < /dev/tty',
  '. /dev/random',
  'source /proc/kcore',
])('no device is read: %s', (line) => {
  const before = spent();
  judge(line, { cwd: '/', permits: [], home: '/data/infragate' });
  expect(spent() - before).toBeLessThan(500);
});

test(
  'what is judged without a time limit takes little time: short lines, however they are mutated',
  () => {
    const lines = [...TABLE.before_approval.stop, ...TABLE.before_approval.pass].filter((line) => line.length < 400);
    let total = 0;
    let judged = 0;
    for (const line of mutated(lines, LINES, SEED + 1)) {
      if (line.length > 2048) continue;
      const before = spent();
      try {
        judge(line, { cwd: '/nowhere', permits: [OPEN], home: '/data/infragate', untimed: 16_384 });
      } catch (error) {
        if (!(error instanceof NeedsTimeLimit)) throw error;
      }
      const ms = spent() - before;
      expect(ms, line).toBeLessThan(1200);
      total += ms;
      judged += 1;
    }
    expect(judged).toBeGreaterThan(LINES / 2);
    expect(total / judged).toBeLessThan(20);
  },
  TIMEOUT_MS,
);
