import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const BIN = fileURLToPath(new URL('../../bin/infragate.js', import.meta.url));

/** Makes this Node say it is another one, before anything else runs. */
const pretending = (version: string) => [
  '--import',
  `data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'${version}'}})`,
];

function run(args: readonly string[]): Promise<{ code: unknown; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [...args], (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : error.code, stdout, stderr });
    });
  });
}

describe('infragate on a Node that is too old', () => {
  it.each(['18.20.8', '20.20.2', '22.18.0'])('%s: says so in one sentence and exits 3', async (version) => {
    const { code, stdout, stderr } = await run([...pretending(version), BIN, 'doctor']);
    expect(code).toBe(3);
    expect(stdout).toBe('');
    expect(stderr).toMatch(new RegExp(`^infragate needs Node 22\\.19 or newer; this is ${version} \\(.*\\)\\.\\n$`));
  });

  it.each(['22.19.0', '23.0.0', '100.1.0'])('%s is new enough', async (version) => {
    const { stderr } = await run([...pretending(version), BIN, '--version']);
    expect(stderr).not.toContain('or newer');
  });
});
