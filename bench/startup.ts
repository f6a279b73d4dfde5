import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * How long a client waits for our first answer, and how that compares with a bare Node in the same run. Both protocol
 * eras; medians of RUNS starts, after one that isn't counted (it fills Node's compile cache).
 */
const RUNS = 9;
const root = join(import.meta.dirname, '..');
const home = mkdtempSync(join(tmpdir(), 'infragate-bench-'));
const env = { ...process.env, INFRAGATE_HOME: join(home, 'data'), KUBECONFIG: join(home, 'none') };

const initialize = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'bench', version: '1' } },
};
const discover = {
  jsonrpc: '2.0',
  id: 1,
  method: 'server/discover',
  params: {
    _meta: {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name: 'bench', version: '1' },
      'io.modelcontextprotocol/clientCapabilities': {},
    },
  },
};

function firstAnswer(message: object): Promise<number> {
  const began = performance.now();
  const child = spawn(process.execPath, [join(root, 'bin', 'infragate.js')], {
    env,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  child.stdin.write(`${JSON.stringify(message)}\n`);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.stdout.once('data', () => {
      resolve(performance.now() - began);
      child.stdin.end();
    });
  });
}

function bareNode(): Promise<number> {
  const began = performance.now();
  const child = spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => resolve(performance.now() - began));
  });
}

const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

async function measure(what: () => Promise<number>): Promise<number> {
  await what();
  const values: number[] = [];
  for (let i = 0; i < RUNS; i += 1) values.push(await what());
  return median(values);
}

const bare = await measure(bareNode);
console.log('| start | median ms | against a bare node |');
console.log('|---|---|---|');
console.log(`| node -e 0 | ${bare.toFixed(0)} | 1.0 |`);
for (const [name, message] of [
  ['first answer, server/discover (2026-07-28)', discover],
  ['first answer, initialize (2025-11-25)', initialize],
] as const) {
  const ms = await measure(() => firstAnswer(message));
  console.log(`| ${name} | ${ms.toFixed(0)} | ${(ms / bare).toFixed(1)} |`);
}
rmSync(home, { recursive: true, force: true });
