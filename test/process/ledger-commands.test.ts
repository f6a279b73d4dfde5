import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import type { NewEvent } from '../../src/state/index.ts';
import { ledgerAt } from '../../src/state/ledger.fixture.ts';

const CLI = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));
const homes: string[] = [];
afterAll(() => {
  for (const home of homes) rmSync(home, { recursive: true, force: true });
});

/** A data folder with two deployments; the first one learnt something. */
async function recorded(): Promise<string> {
  const home = mkdtempSync(join(tmpdir(), 'infragate-commands-'));
  homes.push(home);
  const ledger = await ledgerAt(home);
  const at = '2026-03-01T10:00:00.000Z';
  const event = (fact: NewEvent['fact']): NewEvent => ({ at, by: { kind: 'server' }, fact });
  const learning = (title: string, advice: string, tags: string[]) =>
    event({ type: 'written', what: 'learning', title, situation: 'A cluster of ours.', advice, tags, text: advice });
  await ledger.append('dify-1', 0, [
    event({ type: 'abandoned', because: 'a sentence to be changed' }),
    learning('Mirror images', 'Copy them into the registry of the cluster first.', ['image']),
    learning('Ask for quota', 'Look at the quota before phase 4.', ['quota']),
  ]);
  await ledger.append('dify-2', 0, [
    learning('Mirror  images', 'copy them into the registry of the cluster first.', []),
  ]);
  ledger.close();
  return home;
}

type Ran = { code: number; out: string; err: string; json: () => unknown };

/** The command as people run it: a process with a data folder. */
const run = (home: string, ...args: string[]): Promise<Ran> => runWith('', home, ...args);

/** The same, with something on standard input. */
function runWith(input: string, home: string, ...args: string[]): Promise<Ran> {
  return new Promise((done) => {
    const env = { ...process.env, INFRAGATE_HOME: home, NODE_NO_WARNINGS: '1' };
    const child = execFile(
      process.execPath,
      [CLI, ...args],
      { env, maxBuffer: 16 * 1024 * 1024 },
      (error, out, err) => {
        const json = (): unknown => JSON.parse(out.trimEnd().split('\n').at(-1) ?? '');
        done({ code: error === null ? 0 : Number(error.code), out, err, json });
      },
    );
    child.stdin?.on('error', () => {}).end(input);
  });
}

/** One byte of the recorded sentence, changed in the file on the disk. */
function changeOneByte(home: string) {
  const file = join(home, 'ledger.sqlite');
  const bytes = readFileSync(file);
  bytes[bytes.indexOf('a sentence to be changed')] = 'A'.charCodeAt(0);
  writeFileSync(file, bytes);
}

describe('infragate verify', () => {
  test('exits 0 when the record is whole', async () => {
    const home = await recorded();
    expect(await run(home, 'verify')).toMatchObject({ code: 0, out: 'The record is whole: 2 deployments.\n' });
    expect((await run(home, 'verify', '--json')).json()).toEqual({
      schema_version: 1,
      ok: true,
      sound: true,
      deployments: 2,
      bad: [],
    });
  });

  test('exits 1 and names the row in which one byte was changed', async () => {
    const home = await recorded();
    changeOneByte(home);
    expect(await run(home, 'verify')).toMatchObject({ code: 1, out: expect.stringMatching(/^dify-1: row 1 /) });
    const json = await run(home, 'verify', '--json');
    expect(json.code).toBe(1);
    expect(json.json()).toMatchObject({ ok: false, sound: false, bad: [{ deployment: 'dify-1', seq: 1 }] });
  });

  test('exits 3 with a sentence when the ledger can’t be opened', async () => {
    const home = await recorded();
    const notAFolder = join(home, 'file');
    writeFileSync(notAFolder, '');
    expect(await run(notAFolder, 'verify')).toMatchObject({ code: 3, err: expect.stringContaining('INFRAGATE_HOME') });
    const json = await run(notAFolder, 'verify', '--json');
    expect(json.json()).toMatchObject({ error: { reason: 'NoFolder' } });
    // Below /proc nothing can be made, and Node's recursive mkdir never says so.
    expect((await run('/proc/infragate/home', 'verify')).code).toBe(3);
  });
});

describe('infragate export', () => {
  test('prints the rows of one deployment in order, or of all, as JSON lines', async () => {
    const home = await recorded();
    const one = await run(home, 'export', 'dify-1');
    expect(one.code).toBe(0);
    expect(
      one.out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).seq),
    ).toEqual([1, 2, 3]);
    expect((await run(home, 'export')).out.trimEnd().split('\n')).toHaveLength(4);
    expect((await run(home, 'export', '--json')).json()).toMatchObject({ ok: true, events: { length: 4 } });
  });

  test.each([
    ['export'],
    ['status'],
    ['approve'],
    ['abandon', '--because', 'x'],
    ['waive', '--check', 'rollback-tested', '--because', 'x', '--days', '1'],
  ])('exits 2 for a deployment that is not there: %s', async (command, ...options) => {
    expect(await run(await recorded(), command, 'nobody', ...options)).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining('nobody'),
    });
  });

  test('ends before a changed row, says so and exits 1', async () => {
    const home = await recorded();
    changeOneByte(home);
    expect(await run(home, 'export')).toMatchObject({
      code: 1,
      out: expect.stringMatching(/^\{.*"deployment":"dify-2".*\}\n$/),
      err: expect.stringContaining('dify-1: row 1'),
    });
  });
});

describe('infragate learnings', () => {
  test('lists what was learnt, each once, also by tag', async () => {
    const home = await recorded();
    const { out, code } = await run(home, 'learnings', 'list');
    expect(code).toBe(0);
    expect(out.match(/mirror\s+images/gi)).toHaveLength(1);
    expect((await run(home, 'learnings', 'list', '--tag', 'quota', '--json')).json()).toMatchObject({
      learnings: [{ title: 'Ask for quota', id: 'dify-1/3', advice: 'Look at the quota before phase 4.' }],
    });
  });

  test('finds them by words, exits 1 when there is none', async () => {
    const home = await recorded();
    expect((await run(home, 'learnings', 'search', 'the', 'quotas', '--json')).json()).toMatchObject({
      learnings: [{ title: 'Ask for quota' }],
    });
    expect(await run(home, 'learnings', 'search', 'kafka')).toMatchObject({ code: 1, out: 'No learnings.\n' });
    expect((await run(home, 'learnings', 'search', 'x', '--limit', 'all')).code).toBe(2);
    expect((await run(home, 'learnings', 'search')).code).toBe(2);
  });

  test('go to another ledger once, and are found there', async () => {
    const home = await recorded();
    const file = join(home, 'learnings.jsonl');
    writeFileSync(file, (await run(home, 'learnings', 'export')).out);
    const other = mkdtempSync(join(tmpdir(), 'infragate-commands-'));
    homes.push(other);
    expect((await run(other, 'learnings', 'import', file, '--json')).json()).toMatchObject({ added: 2, known: 0 });
    expect((await run(other, 'learnings', 'import', file, '--json')).json()).toMatchObject({ added: 0, known: 2 });
    expect((await run(other, 'learnings', 'search', 'quota', '--json')).json()).toMatchObject({
      learnings: [{ title: 'Ask for quota', tags: ['quota'] }],
    });
    expect((await run(other, 'export')).out).toBe('');
    expect((await run(other, 'verify')).code).toBe(0);
  });

  test('are taken from standard input whole, wherever its reads end, and from a file with a byte order mark', async () => {
    const home = await recorded();
    const advice = '日本語😀'.repeat(30_000 / 15);
    const lines = Array.from({ length: 30 }, (_, i) => JSON.stringify({ title: `number ${i} é`, advice })).join('\n');
    const imported = await runWith(lines, home, 'learnings', 'import', '-', '--json');
    expect(imported.json()).toMatchObject({ added: 30, known: 0 });
    expect((await run(home, 'learnings', 'export')).out).not.toContain('\uFFFD');
    const marked = join(home, 'marked.jsonl');
    writeFileSync(marked, `\uFEFF${lines}`);
    expect((await run(home, 'learnings', 'import', marked, '--json')).json()).toMatchObject({ added: 0, known: 30 });
  });

  test('of somebody else do nothing to a terminal', async () => {
    const home = await recorded();
    const line = JSON.stringify({ title: 'red \u001b[31m and \u202e turned', advice: 'one\ntwo' });
    await runWith(line, home, 'learnings', 'import', '-');
    const { out } = await run(home, 'learnings', 'search', 'red');
    expect(out).toContain('red <U+001B>[31m and <U+202E> turned');
    expect(out).not.toMatch(/\p{Cf}/u);
    expect(out).not.toContain('\u001b');
  });

  test('are not taken from a file with a wrong line, which is named; nothing is added', async () => {
    const home = await recorded();
    const file = join(home, 'wrong.jsonl');
    writeFileSync(file, '{"title":"fine","advice":"Do it."}\n\n{"title":""}\n');
    expect(await run(home, 'learnings', 'import', file)).toMatchObject({
      code: 2,
      err: expect.stringContaining('line 3: title'),
    });
    expect((await run(home, 'learnings', 'import', join(home, 'none'))).code).toBe(2);
    expect((await run(home, 'learnings', 'list', '--json')).json()).toMatchObject({ learnings: { length: 2 } });
  });
});

describe('infragate export --format', () => {
  const started: NewEvent['fact'] = {
    type: 'started',
    component: 'web <b>',
    complexity: 'simple',
    workspace: '/work',
    target: {
      server: 'https://127.0.0.1:6443',
      context: 'c',
      cluster: 'c',
      via: 'kube-system',
      namespace: 'shop',
      namespaces: [],
    },
  };
  const withOne = async () => {
    const home = await recorded();
    const ledger = await ledgerAt(home);
    await ledger.append('web-1', 0, [{ at: '2026-03-01T10:00:00.000Z', by: { kind: 'server' }, fact: started }]);
    ledger.close();
    return home;
  };

  test('a page of one deployment, printed or written', async () => {
    const home = await withOne();
    const page = await run(home, 'export', 'web-1', '--format', 'html');
    expect(page).toMatchObject({ code: 0, out: expect.stringContaining('<h1>web-1: web &lt;b&gt; → shop</h1>') });
    const path = join(home, 'report.md');
    const written = await run(home, 'export', 'web-1', '--format', 'md', '--output', path, '--json');
    expect(written.json()).toMatchObject({ schema_version: 1, ok: true, format: 'md', output: path });
    expect(readFileSync(path, 'utf8')).toContain('## Timeline');
  });

  test('which one has to be said where there are several, and one whose record is damaged has no page', async () => {
    const home = await withOne();
    expect(await run(home, 'export', '--format', 'md')).toMatchObject({
      code: 2,
      err: expect.stringContaining('web-1'),
    });
    expect((await run(home, 'export', 'nope', '--format', 'md')).code).toBe(2);
    changeOneByte(home);
    expect(await run(home, 'export', 'dify-1', '--format', 'md')).toMatchObject({ code: 1, out: '' });
  });
});
