import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ledgerAt } from '../../src/state/ledger.fixture.ts';

// The commands as people start them: from other folders, with other environments, into pipes that close.

const CLI = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'infragate-places-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(
  args: readonly string[],
  options: { env?: Record<string, string | undefined>; cwd?: string; input?: string; uid?: number } = {},
) {
  const { env = {}, ...more } = options;
  const done = spawnSync(process.execPath, [CLI, ...args], {
    encoding: 'utf8',
    env: {
      ...process.env,
      KUBECONFIG: join(folder, 'none'),
      INFRAGATE_HOME: join(folder, 'home'),
      NODE_NO_WARNINGS: '1',
      ...env,
    },
    cwd: folder,
    ...more,
  });
  return { code: done.status, out: done.stdout, err: done.stderr };
}

describe('the data folder', () => {
  test('is never in the folder infragate is called in, as an empty or a relative HOME would have it', () => {
    const home = fileURLToPath(new URL('../../src/state/home.ts', import.meta.url));
    const code = `import { dataFolder } from ${JSON.stringify(home)}; console.log(dataFolder())`;
    for (const HOME of ['', 'here']) {
      const env = { ...process.env, HOME, INFRAGATE_HOME: '', XDG_DATA_HOME: '' };
      const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8', env });
      expect(stdout).toMatch(/^\/.*infragate\n$/);
    }
  });

  test.runIf(process.getuid?.() === 0)('is asked for when the user has no home', () => {
    const env = { HOME: undefined, INFRAGATE_HOME: undefined, XDG_DATA_HOME: undefined };
    const { code, err } = run(['verify'], { env, uid: 54_321 });
    expect(err).toBe('This user has no home folder. Set INFRAGATE_HOME to a folder of yours on a local disk.\n');
    expect(code).toBe(3);
    expect(run(['status'], { env, uid: 54_321 })).toMatchObject({
      code: 3,
      err: expect.stringContaining('no home folder'),
    });
  });
});

describe('infragate --workspace', () => {
  test.each([
    ['an option that is not there', ['--workspace', '/', '--port', '1'], '--port'],
    ['no folder', ['--workspace'], '--workspace'],
    ['an empty one', ['--workspace='], '--workspace'],
    ['a word too many', ['--workspace=/', 'status'], 'status'],
  ])('with %s is wrong use, and serves nobody', (_what, args, named) => {
    const { code, out, err } = run(args, { input: '' });
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(named);
  });
});

describe('infragate doctor', () => {
  test('says what is wrong with the operator key, and looks at everything else', () => {
    const home = join(folder, 'damaged-key');
    mkdirSync(home);
    writeFileSync(join(home, 'operator.json'), '{');
    const { out, err } = run(['doctor', '--json'], { env: { INFRAGATE_HOME: home } });
    expect(err).toBe('');
    expect(JSON.parse(out).findings).toMatchObject([
      { what: 'Node', ok: true },
      { what: 'ledger', ok: true },
      {
        what: 'operator passphrase',
        ok: false,
        found: expect.stringContaining('operator.json is not an operator key'),
      },
      { what: 'passkeys', ok: true, found: 'none; policy takes elicited or surer' },
      { what: 'cluster' },
      { what: 'identities' },
    ]);
  });
});

describe('infragate doctor about passkeys', () => {
  const found = (policy: string) => {
    const home = join(folder, `passkeys-${policy.trim().split(' ').at(-1)}`);
    mkdirSync(home);
    writeFileSync(join(home, 'policy.yaml'), policy);
    const { out } = run(['doctor', '--json'], { env: { INFRAGATE_HOME: home } });
    return JSON.parse(out).findings.find((f: { what: string }) => f.what === 'passkeys');
  };

  test('a policy that asks for one where nobody has one can not be met', () => {
    expect(found('minimum_assurance: passkey\n')).toMatchObject({
      ok: false,
      found: 'none; policy takes passkey or surer, from same-user or further away',
      fix: expect.stringContaining('infragate approver add'),
    });
  });

  test('a policy that can not be read is named', () => {
    expect(found('minimum_assurance: palm\n')).toMatchObject({
      ok: false,
      found: expect.stringContaining('policy.yaml'),
    });
  });
});

describe('infragate learnings', () => {
  const learning = (title: string) => JSON.stringify({ title, advice: 'Größe überprüfen, dann erst anlegen €' });

  test('come from standard input with every letter, however the pipe cuts it', () => {
    const env = { INFRAGATE_HOME: join(folder, 'piped') };
    const input = Array.from({ length: 3000 }, (_, i) => learning(`Größe ${i}`)).join('\n');
    expect(run(['learnings', 'import', '-'], { env, input }).out).toBe('3000 added, 0 already here.\n');
    expect(run(['learnings', 'export'], { env }).out).not.toContain('\uFFFD');
  });

  test('are all told, and go to another ledger, however much a run had to say', async () => {
    const env = { INFRAGATE_HOME: join(folder, 'long') };
    const ledger = await ledgerAt(env.INFRAGATE_HOME);
    const long = { title: 'T'.repeat(600), situation: 'S'.repeat(30_000), advice: 'Cut it.', text: '', tags: [] };
    const fact = { type: 'written', what: 'learning', ...long };
    await ledger.append('web-1', 0, [{ at: '2026-03-01T10:00:00.000Z', by: { kind: 'server' }, fact }]);
    ledger.close();
    expect(JSON.parse(run(['learnings', 'list', '--json'], { env }).out)).toMatchObject({ learnings: [long] });
    expect(run(['learnings', 'export'], { env }).out).toContain(long.title);
  });

  test('come from a file as Windows writes it, named from the folder npm was called in', () => {
    writeFileSync(join(folder, 'windows.jsonl'), `\uFEFF${learning('One')}\r\n${learning('Two')}\r\n`);
    const { out, err } = run(['learnings', 'import', 'windows.jsonl'], {
      cwd: '/',
      env: { INIT_CWD: folder, INFRAGATE_HOME: join(folder, 'windows') },
    });
    expect({ out, err }).toEqual({ out: '2 added, 0 already here.\n', err: '' });
  });
});

test('infragate install --file names a file from the folder npm was called in', () => {
  const { code } = run(['install', '--client', 'cursor', '--file', 'mine.json', '--yes'], {
    cwd: '/',
    env: { INIT_CWD: folder },
  });
  expect(code).toBe(0);
  expect(readFileSync(join(folder, 'mine.json'), 'utf8')).toContain('infragate');
});

test.each([['--help'], ['completion', 'bash'], ['status'], ['doctor']])(
  'infragate %s into a pipe nobody reads from ends without a complaint',
  async (...args) => {
    const env = { ...process.env, INFRAGATE_HOME: join(folder, 'home'), KUBECONFIG: join(folder, 'none') };
    const child = spawn(process.execPath, [CLI, ...args], { cwd: folder, env: { ...env, NODE_NO_WARNINGS: '1' } });
    child.stdout.destroy();
    let err = '';
    child.stderr.on('data', (text) => {
      err += text;
    });
    await new Promise((resolve) => child.once('close', resolve));
    expect(err).not.toContain('EPIPE');
  },
);
