import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { OPEN, TABLE, workspace } from '../../bench/commands/judge.ts';
import { differing, generatedFiles } from '../../scripts/generate-plugin.ts';
import { judge } from '../../src/guard/judge.ts';
import type { Permit } from '../../src/guard/permits.ts';

const plugin = join(import.meta.dirname, '..', '..', 'plugin');
const inPhase: Permit = {
  ...OPEN,
  stage: 'implement',
  gate: 'I',
  phase: 2,
  phase_objects: ['deployment/web', 'configmap/web'],
};

const { cwd, remove } = workspace();
afterAll(remove);

describe('the table of command lines', () => {
  const sections: [string, { stop: string[]; pass: string[] }, readonly Permit[]][] = [
    ['before Gate P', TABLE.before_approval, [OPEN]],
    ['before Gate P, lines of public repositories', TABLE.public, [OPEN]],
    ['in phase 2', TABLE.in_phase, [inPhase]],
    ['nothing open', TABLE.nothing_open, []],
  ];

  test('holds at least 700 lines, about as many that pass as that stop', () => {
    const stop = sections.reduce((sum, [, { stop }]) => sum + stop.length, 0);
    const pass = sections.reduce((sum, [, { pass }]) => sum + pass.length, 0);
    expect(stop + pass).toBeGreaterThanOrEqual(700);
    expect(Math.min(stop, pass) / Math.max(stop, pass)).toBeGreaterThan(0.85);
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
    expect(judge('kubectl apply -n web -f x.yaml', { cwd, permits: [OPEN] })).toBe(
      'kubectl apply writes to namespace web, where deployment web-1 is open (stage research): Gate R is to pass first (open: apis-verified). Go on with cluster-reality-check {"deployment":"web-1"}. Reads and --dry-run=server pass.',
    );
  });

  test('how to name another namespace, when none was named', () => {
    expect(judge('kubectl apply -f x.yaml', { cwd, permits: [OPEN] })).toContain('name it with -n');
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
  const record = { home: '/data/infragate', permits: [OPEN] };
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
