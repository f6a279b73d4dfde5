import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { machine, pathOf, reasonToSkip, root, tool } from './tools.ts';

const inspector = tool('mcp-inspector');
const skip = reasonToSkip(inspector);

describe.skipIf(skip !== undefined)(`MCP Inspector${skip === undefined ? '' : ` (${skip})`}`, () => {
  async function ask(...args: string[]): Promise<unknown> {
    const on = machine();
    const { stdout } = await on.run(pathOf(inspector), ['--cli', 'node', join(root, 'bin', 'infragate.js'), ...args]);
    on.end();
    return JSON.parse(stdout);
  }
  const named = z.array(z.object({ name: z.string() }));

  test('lists 18 tools, for at most 6,000 tokens', async () => {
    const { tools } = z.object({ tools: named }).parse(await ask('--method', 'tools/list'));
    expect(tools).toHaveLength(18);
    expect(JSON.stringify(await ask('--method', 'tools/list')).length / 4).toBeLessThanOrEqual(6000);
  });

  test('lists the seven prompts, and gets one', async () => {
    const { prompts } = z.object({ prompts: named }).parse(await ask('--method', 'prompts/list'));
    expect(prompts.map((one) => one.name).sort()).toEqual([
      'deploy',
      'implement',
      'plan',
      'research',
      'resume',
      'retro',
      'validate',
    ]);
    const got = await ask('--method', 'prompts/get', '--prompt-name', 'plan');
    expect(JSON.stringify(got)).toContain('Gate P');
  });

  test('calls a tool', async () => {
    const answer = await ask('--method', 'tools/call', '--tool-name', 'deployment-status');
    expect(JSON.stringify(answer)).toContain('start-deployment');
  });

  test('starts from the file that `infragate install --client inspector` writes', async () => {
    const on = machine();
    await on.run('node', [join(root, 'bin', 'infragate.js'), 'install', '--client', 'inspector', '--yes']);
    const { stdout } = await on.run(pathOf(inspector), [
      '--cli',
      '--config',
      join(on.work, 'mcp.json'),
      '--server',
      'infragate',
      '--method',
      'tools/list',
    ]);
    on.end();
    expect(z.object({ tools: named }).parse(JSON.parse(stdout)).tools).toHaveLength(18);
  });
});
