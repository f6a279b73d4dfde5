import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writePermitFile } from '../src/state/index.ts';

/**
 * What the plugin's hook costs before every shell command, against a bare `node -e 0` in the same run, turn by turn. With
 * an open deployment's permit to read, and a command line that has to be understood.
 */
const RUNS = 25;
const root = join(import.meta.dirname, '..');
const home = mkdtempSync(join(tmpdir(), 'infragate-bench-'));
const permit = {
  deployment: 'web-1',
  cluster: 'c',
  namespaces: ['web'],
  stage: 'research',
  gate: 'R',
  tools: [],
  seq: 3,
  at: new Date().toISOString(),
  component: 'web',
  workspace: home,
  open: ['apis-verified'],
  next: [],
};
await writePermitFile(home, 'web-1', permit.seq, permit);
const event = {
  hook_event_name: 'PreToolUse',
  tool_name: 'Bash',
  cwd: home,
  tool_input: { command: 'cd x && kubectl -n web get pods | grep Running' },
};

const time = (args: string[], input = '') => {
  const before = performance.now();
  spawnSync(process.execPath, args, { input, env: { ...process.env, INFRAGATE_HOME: home } });
  return performance.now() - before;
};
const guard = join(root, 'plugin', 'hooks', 'guard.cjs');
const ratios: number[] = [];
for (let i = 0; i < RUNS; i += 1) {
  const bare = time(['-e', '0']);
  ratios.push(time([guard], JSON.stringify(event)) / bare);
}
ratios.sort((a, b) => a - b);
const at = (share: number) => (ratios[Math.floor(ratios.length * share)] ?? 0).toFixed(2);
console.log(
  `hook / bare node: median ${at(0.5)}, quarter ${at(0.25)} to ${at(0.75)}, over ${RUNS} pairs (wanted: at most 1.3)`,
);
rmSync(home, { recursive: true, force: true });
