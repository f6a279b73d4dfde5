import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Model, startModel, type Turn } from './model.ts';
import { type Machine, machine, pathOf, reasonToSkip, root, tool } from './tools.ts';

const claude = tool('claude');
const skip = reasonToSkip(claude);
const CONNECTED = /✔ Connected|✓ Connected/;

describe.skipIf(skip !== undefined)(`Claude Code${skip === undefined ? '' : ` (${skip})`}`, () => {
  const run = (on: Machine, args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    on.run(pathOf(claude), args, { DISABLE_AUTOUPDATER: '1', CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1', ...env });

  test('takes the manifests of the marketplace and of the plugin, strictly', async () => {
    const on = machine();
    for (const path of [root, join(root, 'plugin')]) {
      const { code, out } = await run(on, ['plugin', 'validate', '--strict', path]);
      expect(out).toContain('Validation passed');
      expect(code).toBe(0);
    }
    on.end();
  });

  test('connects to the server of a clone by the line in the README', async () => {
    const on = machine();
    const added = await run(on, [
      'mcp',
      'add',
      'infragate',
      '--',
      'npm',
      '--prefix',
      root,
      'run',
      '--silent',
      'infragate',
    ]);
    expect(added.code).toBe(0);
    const { out } = await run(on, ['mcp', 'list']);
    expect(out).toMatch(CONNECTED);
    on.end();
  });

  test('connects by the entry that `infragate install` writes', async () => {
    const on = machine();
    const node = join(root, 'node_modules', '.bin', 'node');
    const written = await on.run(node, [join(root, 'bin', 'infragate.js'), 'install', '--client', 'claude-code', '--yes']);
    expect(written.out).toContain('written');
    expect((await run(on, ['mcp', 'list'])).out).toMatch(CONNECTED);
    await on.run(node, [join(root, 'bin', 'infragate.js'), 'install', '--client', 'claude-code', '--undo', '--yes']);
    expect((await run(on, ['mcp', 'list'])).out).not.toContain('infragate');
    on.end();
  });

  describe('with the plugin, from the marketplace in the clone', () => {
    let on: Machine;
    beforeAll(async () => {
      on = machine();
      expect((await run(on, ['plugin', 'marketplace', 'add', root])).code).toBe(0);
      expect((await run(on, ['plugin', 'install', 'infragate@infragate'])).code).toBe(0);
    });
    afterAll(() => on.end());

    test("connects to the plugin's server", async () => {
      const { out } = await run(on, ['mcp', 'list']);
      expect(out).toContain('plugin:infragate:infragate');
      expect(out).toMatch(CONNECTED);
    });

    test('has seven commands, a skill and three hooks', async () => {
      const { out } = await run(on, ['plugin', 'details', 'infragate']);
      expect(out).toContain('deploy, implement, infragate, plan, research, resume, retro, validate');
      expect(out).toContain('PreToolUse, SessionStart, Stop');
    });

    /** A session with the real client, its hooks, commands and server; only the model's words are given. */
    async function session(typed: string, turns: readonly Turn[]): Promise<Model['requests']> {
      const model = await startModel(turns);
      await run(on, ['-p', typed, '--allowedTools', 'Bash', '--model', 'claude-sonnet-4-5'], {
        ANTHROPIC_BASE_URL: model.url,
        ANTHROPIC_API_KEY: 'none',
      });
      await model.close();
      return model.requests;
    }

    const permit = (more: Record<string, unknown>) => {
      mkdirSync(join(on.data, 'permits'), { recursive: true });
      const file = {
        deployment: 'web-1',
        component: 'web',
        workspace: on.work,
        namespaces: ['web'],
        stage: 'research',
        gate: 'R',
        open: ['apis-verified'],
        next: [{ tool: 'cluster-reality-check', arguments: { deployment: 'web-1' } }],
        ...more,
      };
      writeFileSync(join(on.data, 'permits', 'web-1.json'), JSON.stringify(file));
    };

    test('a command carries what a person typed whole, blanks and quotes and all', async () => {
      permit({});
      const [first] = await session('/infragate:deploy Deploy Dify  on OpenShift, "in two words"', [{ say: 'fine' }]);
      expect(first?.text).toContain('Deploy Dify  on OpenShift');
      expect(first?.text).toContain('in two words');
      expect(first?.tools).toContain('mcp__plugin_infragate_infragate__deployment-status');
    });

    test('a session begins with where the deployment stands, a raw write stops, a read runs, an open gate is recalled once', async () => {
      permit({});
      const requests = await session('go on', [
        { call: 'Bash', input: { command: 'kubectl apply -n web -f web.yaml', description: 'apply' } },
        { call: 'Bash', input: { command: 'echo a read', description: 'look' } },
        { say: 'I stop' },
        { say: 'I really stop' },
      ]);
      const [begun, stopped, ran, recalled] = requests;
      expect(begun?.text).toContain('Deployment web-1 (web → web) is open: stage research, Gate R');
      expect(stopped?.last).toContain('kubectl apply writes to namespace web');
      expect(stopped?.last).toContain('cluster-reality-check');
      expect(ran?.last).toContain('a read');
      expect(recalled?.last).toContain('Stop hook feedback');
      expect(requests).toHaveLength(4);
    });

    test("deciding is denied to the agent, and nothing is recalled while a person's step is next", async () => {
      permit({ stage: 'plan', gate: 'P', next: [{ person: 'operator', action: 'infragate approve web-1' }] });
      const requests = await session('go on', [
        { call: 'Bash', input: { command: "bash -c 'npx infragate approve web-1'", description: 'approve' } },
        { say: 'I wait' },
      ]);
      expect(requests[1]?.last).toContain('infragate approve is for a person');
      expect(requests).toHaveLength(2);
    });
  });
});
