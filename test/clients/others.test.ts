import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { machine, pathOf, reasonToSkip, root, tool } from './tools.ts';

const codex = tool('codex');
const gemini = tool('gemini');
const [noCodex, noGemini] = [reasonToSkip(codex), reasonToSkip(gemini)];
const install = [join(root, 'bin', 'infragate.js'), 'install', '--yes', '--client'];

describe.skipIf(noCodex !== undefined)(`Codex${noCodex === undefined ? '' : ` (${noCodex})`}`, () => {
  test('reads the table that `infragate install` writes, beside a person’s own', async () => {
    const on = machine();
    await on.run(pathOf(codex), ['mcp', 'add', 'mine', '--', 'true']);
    await on.run('node', [...install, 'codex']);
    const { out } = await on.run(pathOf(codex), ['mcp', 'list']);
    expect(out).toMatch(/^infragate +npm +--prefix .* run --silent infragate/m);
    expect(out).toMatch(/^mine +true/m);
    await on.run('node', [...install, 'codex', '--undo']);
    expect((await on.run(pathOf(codex), ['mcp', 'list'])).stdout).not.toContain('infragate');
    expect(readFileSync(join(on.home, '.codex', 'config.toml'), 'utf8')).toContain('mcp_servers.mine');
    on.end();
  });
});

describe.skipIf(noGemini !== undefined)(`Gemini CLI${noGemini === undefined ? '' : ` (${noGemini})`}`, () => {
  test('connects by the entry that `infragate install` writes', async () => {
    const on = machine();
    await on.run('node', [...install, 'gemini']);
    // A person says so once, in a folder they trust.
    writeFileSync(join(on.home, '.gemini', 'trustedFolders.json'), JSON.stringify({ [on.work]: 'TRUST_FOLDER' }));
    const { out } = await on.run(pathOf(gemini), ['mcp', 'list']);
    expect(out).toMatch(/infragate: .*Connected/);
    on.end();
  });
});
