import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { writePermitFile } from '../../src/state/index.ts';

/** The hooks as an agent's client starts them: the bundled files, with permits as the server writes them. */
const plugin = join(import.meta.dirname, '..', '..', 'plugin');

const open = {
  deployment: 'web-1',
  component: 'web',
  namespaces: ['web'],
  stage: 'research',
  gate: 'R',
  open: ['apis-verified'],
  next: [{ tool: 'cluster-reality-check', arguments: { deployment: 'web-1' } }],
};
const inPhase = {
  ...open,
  stage: 'implement',
  gate: 'I',
  phase: 2,
  phase_objects: ['deployment/web', 'configmap/web'],
};

let cwd: string;
let home: string;
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'hook-'));
  home = join(cwd, 'home');
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

type Given = Record<string, unknown>;

function hook(name: string, given: Given | string, env: Record<string, string> = {}) {
  return spawnSync(process.execPath, [join(plugin, 'hooks', name)], {
    input: typeof given === 'string' ? given : JSON.stringify({ cwd, ...given }),
    encoding: 'utf8',
    env: { PATH: process.env.PATH ?? '', HOME: cwd, INFRAGATE_HOME: home, ...env },
  });
}

const bash = (command: string): Given => ({ tool_name: 'Bash', tool_input: { command } });

async function permit(fields: Given) {
  rmSync(home, { recursive: true, force: true });
  await writePermitFile(home, 'web-1', 1, { seq: 1, ...fields });
}

describe('the hook as Claude Code runs it', () => {
  beforeEach(() => permit(open));

  test('denies with a reason, and says nothing when a command may run', async () => {
    const denied = hook('guard.cjs', bash('kubectl delete ns web'));
    expect(denied.status).toBe(0);
    expect(JSON.parse(denied.stdout).hookSpecificOutput).toMatchObject({
      hookEventName: 'PreToolUse',
      permissionDecision: 'deny',
      permissionDecisionReason: expect.stringContaining('web-1'),
    });
    const allowed = hook('guard.cjs', bash('kubectl get pods -n web'));
    expect([allowed.status, allowed.stdout, allowed.stderr]).toEqual([0, '', '']);
  });

  test('stops what it can not read: a broken call, a call without a command', async () => {
    for (const given of ['{', '', JSON.stringify({ tool_name: 'Bash', tool_input: {} })]) {
      expect(hook('guard.cjs', given).status).toBe(2);
    }
  });

  test('stops every write, and no read, when a permit can not be read', async () => {
    writeFileSync(join(home, 'permits', 'web-1.json'), '{"deployment":');
    expect(hook('guard.cjs', bash('kubectl -n other delete pod x')).stdout).toContain('"deny"');
    expect(hook('guard.cjs', bash('kubectl -n web get pods')).stdout).toBe('');
  });

  test('an approval whose end has come opens no phase', async () => {
    await permit({ ...inPhase, until: '2020-01-01T00:00:00.000Z' });
    expect(hook('guard.cjs', bash('kubectl -n web rollout restart deployment/web')).stdout).toContain('"deny"');
  });

  test('without a data folder nothing is open', async () => {
    const answer = hook('guard.cjs', bash('kubectl delete ns web'), { INFRAGATE_HOME: join(cwd, 'nowhere') });
    expect([answer.status, answer.stdout]).toEqual([0, '']);
  });
});

describe('a session', () => {
  const here = () => ({ ...open, workspace: cwd });

  test('begins with where the deployment of its folder stands', async () => {
    await permit(here());
    for (const source of ['startup', 'resume', 'compact']) {
      const { stdout } = hook('session-start.cjs', { source });
      expect(stdout).toContain('Deployment web-1 (web → web) is open: stage research, Gate R; open: apis-verified');
      expect(stdout).toContain('cluster-reality-check');
    }
  });

  test('elsewhere begins with nothing', async () => {
    await permit({ ...open, workspace: '/somewhere/else' });
    expect(hook('session-start.cjs', { source: 'startup' }).stdout).toBe('');
  });

  test('is reminded of an open gate once, and again only when the gate is another', async () => {
    await permit(here());
    const stop = (session_id: string) => hook('stop.cjs', { session_id, stop_hook_active: false }).stdout;
    expect(JSON.parse(stop('a'))).toMatchObject({ decision: 'block', reason: expect.stringContaining('Gate R') });
    expect(stop('a')).toBe('');
    expect(stop('b')).not.toBe('');
    await writePermitFile(home, 'web-1', 2, { seq: 2, ...{ ...here(), gate: '0' } });
    expect(stop('a')).toContain('Gate 0');
  });

  test('is never reminded while a person is next, nor by its own reminder', async () => {
    await permit({ ...here(), next: [{ person: 'operator', action: 'infragate approve web-1' }] });
    expect(hook('stop.cjs', { session_id: 'a', stop_hook_active: false }).stdout).toBe('');
    await permit(here());
    expect(hook('stop.cjs', { session_id: 'a', stop_hook_active: true }).stdout).toBe('');
  });
});
