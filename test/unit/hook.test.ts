import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { judge } from '../../plugin/hooks/lib/judge.mjs';
import { dataFolder as hookFolder, type Permit } from '../../plugin/hooks/lib/permits.mjs';
import { differing, generatedFiles } from '../../scripts/generate-plugin.ts';
import { dataFolder } from '../../src/state/index.ts';

const plugin = join(import.meta.dirname, '..', '..', 'plugin');
const lines = z.object({ stop: z.array(z.string()), pass: z.array(z.string()) });
const table = z
  .strictObject({
    files: z.record(z.string(), z.string()),
    before_approval: lines,
    in_phase: lines,
    nothing_open: lines,
  })
  .parse(parse(readFileSync(join(plugin, 'hooks', 'commands.table.yaml'), 'utf8')));

const open: Permit & Record<string, unknown> = {
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
  for (const [name, text] of Object.entries(table.files)) {
    mkdirSync(dirname(join(cwd, name)), { recursive: true });
    writeFileSync(join(cwd, name), text);
  }
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

describe('the table of command lines', () => {
  const sections: [string, z.infer<typeof lines>, Permit[]][] = [
    ['before Gate P', table.before_approval, [open]],
    ['in phase 2', table.in_phase, [inPhase]],
    ['nothing open', table.nothing_open, []],
  ];

  test('holds at least 150 lines, about as many that pass as that stop', () => {
    const stop = sections.reduce((sum, [, { stop }]) => sum + stop.length, 0);
    const pass = sections.reduce((sum, [, { pass }]) => sum + pass.length, 0);
    expect(stop + pass).toBeGreaterThanOrEqual(150);
    expect(Math.min(stop, pass) / Math.max(stop, pass)).toBeGreaterThan(0.6);
  });

  for (const [name, { stop, pass }, permits] of sections) {
    test.each(stop)(`${name} stops: %s`, (line) => {
      expect(judge(line, { cwd, permits })).toBeTypeOf('string');
    });
    test.each(pass)(`${name} passes: %s`, (line) => {
      expect(judge(line, { cwd, permits })).toBeUndefined();
    });
  }
});

describe('what a stopped agent is told', () => {
  test('which deployment and gate, what is open, and the call that leads on', () => {
    expect(judge('kubectl apply -n web -f x.yaml', { cwd, permits: [open] })).toBe(
      'kubectl apply writes to namespace web, where deployment web-1 is open (stage research): Gate R is to pass first (open: apis-verified). Go on with cluster-reality-check {"deployment":"web-1"}. Reads and --dry-run=server pass.',
    );
  });

  test('how to name another namespace, when none was named', () => {
    expect(judge('kubectl apply -f x.yaml', { cwd, permits: [open] })).toContain('name it with -n');
  });

  test('which phase may be worked on, after Gate P', () => {
    expect(judge('kubectl delete sts db -n web', { cwd, permits: [inPhase] })).toContain(
      'apply-phase {"phase_number": 2}',
    );
  });

  test('never the command that would get around it', () => {
    const because = judge('infragate approve', { cwd, permits: [] });
    expect(because).toContain('for a person');
    expect(because).not.toMatch(/--force|--yes|INFRAGATE_HOME/);
  });
});

describe('the record', () => {
  const record = { home: '/data/infragate', permits: [open] };
  test.each([
    'rm -rf /data/infragate',
    'rm /data/infragate/permits/web-1.json',
    'cd /data && rm -r infragate/permits',
    'rm -rf /data/infra*',
    'rm -rf /data',
    '> /data/infragate/permits/web-1.json',
    'echo "{}" > /data/infragate/permits/web-1.json',
    "sed -i 's/R/I/' /data/infragate/permits/web-1.json",
    'sqlite3 /data/infragate/ledger.sqlite "delete from events"',
    'sudo mv /data/infragate /tmp/x',
  ])('is not changed while a deployment is open: %s', (line) => {
    expect(judge(line, { cwd, ...record })).toContain('record');
  });
  test.each([
    'ls /data/infragate',
    'cat /data/infragate/policy.yaml',
    'rm -rf /data/other',
    'rm -rf ./dist',
    'echo x > /tmp/y',
  ])('may be looked at, and the rest changed: %s', (line) => {
    expect(judge(line, { cwd, ...record })).toBeUndefined();
    expect(judge('rm -rf /data/infragate', { cwd, home: record.home, permits: [] })).toBeUndefined();
  });
});

type Given = Record<string, unknown>;

function hook(name: string, given: Given | string, env: Record<string, string> = {}) {
  return spawnSync(process.execPath, [join(plugin, 'hooks', name)], {
    input: typeof given === 'string' ? given : JSON.stringify({ cwd, ...given }),
    encoding: 'utf8',
    env: { PATH: process.env.PATH ?? '', HOME: cwd, INFRAGATE_HOME: home, ...env },
  });
}

const bash = (command: string): Given => ({ tool_name: 'Bash', tool_input: { command } });

function permits(...files: [string, unknown][]) {
  rmSync(home, { recursive: true, force: true });
  mkdirSync(join(home, 'permits'), { recursive: true });
  for (const [name, content] of files)
    writeFileSync(join(home, 'permits', name), typeof content === 'string' ? content : JSON.stringify(content));
}

describe('the hook as Claude Code runs it', () => {
  beforeEach(() => permits(['web-1.json', open]));

  test('denies with a reason, and says nothing when a command may run', () => {
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

  test('stops what it can not read: a broken call, a call without a command', () => {
    for (const given of ['{', '', JSON.stringify({ tool_name: 'Bash', tool_input: {} })]) {
      expect(hook('guard.cjs', given).status).toBe(2);
    }
  });

  test('stops every write, and no read, when a permit can not be read', () => {
    permits(['web-1.json', '{"deployment":']);
    expect(hook('guard.cjs', bash('kubectl -n other delete pod x')).stdout).toContain('"deny"');
    expect(hook('guard.cjs', bash('kubectl -n web get pods')).stdout).toBe('');
  });

  test('an approval whose end has come opens no phase', () => {
    permits(['web-1.json', { ...inPhase, until: '2020-01-01T00:00:00.000Z' }]);
    expect(hook('guard.cjs', bash('kubectl -n web rollout restart deployment/web')).stdout).toContain('"deny"');
  });

  test('without a data folder nothing is open', () => {
    const answer = hook('guard.cjs', bash('kubectl delete ns web'), { INFRAGATE_HOME: join(cwd, 'nowhere') });
    expect([answer.status, answer.stdout]).toEqual([0, '']);
  });

  test('looks where the server writes', () => {
    const environments = [
      { INFRAGATE_HOME: '/x' },
      { XDG_DATA_HOME: '/y' },
      { XDG_DATA_HOME: 'relative' },
      { LOCALAPPDATA: '/z' },
    ];
    for (const env of environments) {
      for (const platform of ['linux', 'darwin', 'win32'])
        expect(hookFolder(env, platform)).toBe(dataFolder(env, platform));
    }
  });
});

describe('a session', () => {
  const here = () => ({ ...open, workspace: cwd });

  test('begins with where the deployment of its folder stands', () => {
    permits(['web-1.json', here()]);
    for (const source of ['startup', 'resume', 'compact']) {
      const { stdout } = hook('session-start.mjs', { source });
      expect(stdout).toContain('Deployment web-1 (web → web) is open: stage research, Gate R; open: apis-verified');
      expect(stdout).toContain('cluster-reality-check');
    }
  });

  test('elsewhere begins with nothing', () => {
    permits(['web-1.json', { ...open, workspace: '/somewhere/else' }]);
    expect(hook('session-start.mjs', { source: 'startup' }).stdout).toBe('');
  });

  test('is reminded of an open gate once, and again only when the gate is another', () => {
    permits(['web-1.json', here()]);
    const stop = (session_id: string) => hook('stop.mjs', { session_id, stop_hook_active: false }).stdout;
    expect(JSON.parse(stop('a'))).toMatchObject({ decision: 'block', reason: expect.stringContaining('Gate R') });
    expect(stop('a')).toBe('');
    expect(stop('b')).not.toBe('');
    writeFileSync(join(home, 'permits', 'web-1.json'), JSON.stringify({ ...here(), gate: '0' }));
    expect(stop('a')).toContain('Gate 0');
  });

  test('is never reminded while a person is next, nor by its own reminder', () => {
    permits(['web-1.json', { ...here(), next: [{ person: 'operator', action: 'infragate approve web-1' }] }]);
    expect(hook('stop.mjs', { session_id: 'a', stop_hook_active: false }).stdout).toBe('');
    permits(['web-1.json', here()]);
    expect(hook('stop.mjs', { session_id: 'a', stop_hook_active: true }).stdout).toBe('');
  });
});

test('the commands and the bundled guard are what their sources say', async () => {
  expect(differing(await generatedFiles())).toEqual([]);
});

test.each(['research', 'plan', 'implement', 'validate', 'retro', 'deploy', 'resume'])(
  'the command %s carries what a person typed whole',
  (name) => {
    const text = readFileSync(join(plugin, 'commands', `${name}.md`), 'utf8');
    expect(text.match(/\$ARGUMENTS/g)).toHaveLength(1);
    expect(text).not.toContain('{{');
    expect(text).not.toMatch(/`\/(research|plan|implement|validate|retro|deploy|resume)`/);
  },
);
