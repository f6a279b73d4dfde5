import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCommand } from '../../src/commands/run.ts';
import { hiding } from '../../src/redaction/index.ts';

const cwd = mkdtempSync(join(tmpdir(), 'infragate-run-'));
const run = (command: string, more: Partial<Parameters<typeof runCommand>[0]> = {}) =>
  runCommand({ command, cwd, timeoutMs: 10_000, maxOutputBytes: 4_000, ...more });

/** Processes of this machine whose command line holds the text. */
const alive = (text: string): string[] =>
  readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid) || pid === String(process.pid)) return false;
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim() === text;
    } catch {
      return false;
    }
  });

test('the exit code, both outputs and the digest of stdout come back', async () => {
  const result = await run('echo out; echo err >&2; exit 3');
  expect(result).toMatchObject({ exit_code: 3, timed_out: false, truncated: false, left_behind: 0 });
  expect(result.output.split('\n').sort()).toEqual(['', 'err', 'out']);
  expect(result.stdout_digest).toBe(execFileSync('sha256sum', { input: 'out\n' }).toString().slice(0, 64));
});

test('a command that reads stdin finds it closed', async () => {
  expect(await run('cat; read x; echo "read: $?"')).toMatchObject({ exit_code: 0, output: 'read: 1\n' });
});

test('it sees only the environment it is given, PATH, HOME and LANG', async () => {
  process.env.INFRAGATE_TEST_LEAK = 'leak';
  const { output } = await run('env', { env: { GIVEN: 'yes' } });
  delete process.env.INFRAGATE_TEST_LEAK;
  const names = output
    .split('\n')
    .flatMap((line) => line.split('=')[0] ?? '')
    .filter((n) => n !== '');
  expect(
    names.filter(
      (n) => !['PATH', 'HOME', 'LANG', 'GIVEN', 'INFRAGATE_COMMAND', 'PWD', 'SHLVL', '_', 'OLDPWD'].includes(n),
    ),
  ).toEqual([]);
  expect(names).toContain('GIVEN');
});

test('one that never ends is ended at the limit, with all its children', async () => {
  const result = await run(
    'sleep 7001 & (sleep 7002 &) ; setsid sleep 7003 & env -i /usr/bin/setsid sleep 7004 & set -m; sleep 7005 & sleep 7006',
    { timeoutMs: 700 },
  );
  expect(result).toMatchObject({ exit_code: null, timed_out: true });
  expect(result.duration_ms).toBeLessThan(5_000);
  for (const seconds of [7001, 7002, 7003, 7004, 7005, 7006]) expect(alive(`sleep ${seconds}`)).toEqual([]);
});

test('one that ignores SIGTERM is killed', async () => {
  const result = await run("trap '' TERM; while :; do sleep 0.1; done", { timeoutMs: 300 });
  expect(result).toMatchObject({ timed_out: true, exit_code: null });
  expect(result.duration_ms).toBeLessThan(6_000);
});

test('a daemon left behind by a command that ended is ended, and counted', async () => {
  const result = await run('nohup setsid sleep 7011 >/dev/null 2>&1 & echo started');
  expect(result).toMatchObject({ exit_code: 0, output: 'started\n', timed_out: false });
  expect(result.left_behind).toBeGreaterThan(0);
  expect(alive('sleep 7011')).toEqual([]);
});

test('the caller can cancel it', async () => {
  const abort = new AbortController();
  setTimeout(() => abort.abort(), 200);
  expect(await run('sleep 7021', { signal: abort.signal })).toMatchObject({
    cancelled: true,
    timed_out: false,
    exit_code: null,
  });
  expect(alive('sleep 7021')).toEqual([]);
});

test('a gigabyte of output is capped, without growing in memory', async () => {
  const before = process.memoryUsage().rss;
  let most = before;
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss);
  }, 50);
  const result = await run('echo FIRST; head -c 1000000000 /dev/zero | tr "\\0" x; echo LAST', { timeoutMs: 60_000 });
  clearInterval(watch);
  expect(result).toMatchObject({ exit_code: 0, truncated: true });
  expect(result.output.length).toBeLessThan(4_200);
  expect(result.output).toMatch(/^FIRST\nx+\n\[… 999\d+ bytes left out …\]\nx+LAST\n$/);
  expect((most - before) / 1e6).toBeLessThan(200);
}, 60_000);

test('what is secret is not in the output, nor a piece of it at the cut', async () => {
  const secret = 'S3cret-Value-0123456789';
  for (const pad of [1980, 1990, 1999, 2000, 2001]) {
    const { output } = await run(`printf 'y%.0s' $(seq ${pad}); printf '%s' ${secret}; printf 'z%.0s' $(seq 30000)`, {
      hide: async () => hiding([secret]),
    });
    expect(output).not.toMatch(/S3cret|0123456789/);
  }
  const encoded = await run(
    `echo ${Buffer.from(secret).toString('base64')}; printf 'S3cret-\\033[31mValue-0123456789'`,
    { hide: async () => hiding([secret]) },
  );
  expect(encoded.output).not.toMatch(/S3cret|UzNjcmV0/);
});

test('a folder that is not there is said, not thrown', async () => {
  const result = await run('true', { cwd: join(cwd, 'nowhere') });
  expect(result.exit_code).toBeNull();
  expect(result.not_started).toContain('nowhere');
});
