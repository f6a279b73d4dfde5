import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writePermitFile } from '../../src/state/index.ts';
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
    const written = await on.run(node, [
      join(root, 'bin', 'infragate.js'),
      'install',
      '--client',
      'claude-code',
      '--yes',
    ]);
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
    async function session(
      typed: string,
      turns: readonly Turn[],
      flags: readonly string[] = [],
    ): Promise<Model['requests']> {
      const model = await startModel(turns);
      await run(
        on,
        ['-p', typed, '--allowedTools', 'Bash,Write,mcp__kubernetes', '--model', 'claude-sonnet-4-5', ...flags],
        {
          ANTHROPIC_BASE_URL: model.url,
          ANTHROPIC_API_KEY: 'none',
        },
      );
      await model.close();
      return model.requests;
    }

    const permit = (more: Record<string, unknown>) =>
      writePermitFile(on.data, 'web-1', 1, {
        deployment: 'web-1',
        component: 'web',
        workspace: on.work,
        namespaces: ['web'],
        stage: 'research',
        gate: 'R',
        open: ['apis-verified'],
        next: [{ tool: 'cluster-reality-check', arguments: { deployment: 'web-1' } }],
        seq: 1,
        ...more,
      });

    test('a command carries what a person typed whole, blanks and quotes and all', async () => {
      await permit({});
      const [first] = await session('/infragate:deploy Deploy Dify  on OpenShift, "in two words"', [{ say: 'fine' }]);
      expect(first?.text).toContain('Deploy Dify  on OpenShift');
      expect(first?.text).toContain('in two words');
      expect(first?.tools).toContain('mcp__plugin_infragate_infragate__deployment-status');
    });

    test('a session begins with where the deployment stands, a raw write stops, a read runs, an open gate is recalled once', async () => {
      await permit({});
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
      await permit({ stage: 'plan', gate: 'P', next: [{ person: 'operator', action: 'infragate approve web-1' }] });
      const requests = await session('go on', [
        { call: 'Bash', input: { command: "bash -c 'npx infragate approve web-1'", description: 'approve' } },
        { say: 'I wait' },
      ]);
      expect(requests[1]?.last).toContain('infragate approve is for a person');
      expect(requests).toHaveLength(2);
    });

    test('every spelling of a decision is denied, faked terminals and clones among them', async () => {
      await permit({ stage: 'plan', gate: 'P', next: [{ person: 'operator', action: 'infragate approve web-1' }] });
      const spellings = [
        "tmux new-session -d 'npm run --silent infragate -- approve web-1'",
        `python3 -c "import pty; pty.spawn(['npm','run','infragate','--','approve','web-1'])"`,
        "socat - EXEC:'npm run infragate -- approve',pty",
        'echo approve web-1 | xargs infragate',
        'docker run --rm ghcr.io/example/infragate approve web-1',
        "su -c 'infragate approve web-1' dev",
      ];
      const requests = await session('go on', [
        ...spellings.map((command) => ({ call: 'Bash', input: { command, description: 'decide' } })),
        { say: 'I wait' },
      ]);
      expect(requests).toHaveLength(spellings.length + 1);
      for (const request of requests.slice(1)) expect(request.last).toContain('is for a person');
    });

    test("the Write of a permit and another server's write tool stop, its reads run", async () => {
      await permit({});
      const config = join(on.work, 'other-server.json');
      const script = join(import.meta.dirname, 'kubernetes-server.ts');
      const server = { command: process.execPath, args: [script] };
      writeFileSync(config, JSON.stringify({ mcpServers: { kubernetes: server } }));
      const file = join(on.data, 'permits', 'web-2.json');
      const requests = await session(
        'go on',
        [
          { call: 'Write', input: { file_path: file, content: '{}' } },
          { call: 'mcp__kubernetes__pods_delete', input: { namespace: 'web', name: 'web-0' } },
          { call: 'mcp__kubernetes__pods_list_in_namespace', input: { namespace: 'web' } },
          { say: 'I stop' },
          { say: 'I really stop' },
        ],
        ['--mcp-config', config],
      );
      expect(requests[1]?.last).toContain("infragate's record");
      expect(requests[2]?.last).toContain('pods_delete of the MCP server kubernetes writes to namespace web');
      expect(requests[3]?.last).toContain('answered: pods_list_in_namespace');
      expect(existsSync(file)).toBe(false);
    });
  });
});
