import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Peer, peers } from './peers.ts';
import { median, report } from './row.ts';

/**
 * How long a client waits for a server's first answer: from the start of the process to the first byte of the answer, in
 * both protocol eras. Ours as `infragate install` configures it, the others as programs and as their npm packages start
 * them, in turn, so that the machine's load meets all alike; medians of RUNS starts, after one that isn't counted.
 */
const RUNS = 9;
const root = join(import.meta.dirname, '..');
const home = mkdtempSync(join(tmpdir(), 'infragate-bench-'));
const kubeconfig = join(home, 'config');
writeFileSync(
  kubeconfig,
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'none', cluster: { server: 'http://127.0.0.1:9' } }],
    contexts: [{ name: 'none', context: { cluster: 'none', user: 'none' } }],
    users: [{ name: 'none', user: {} }],
    'current-context': 'none',
  }),
);
const env = { ...process.env, INFRAGATE_HOME: join(home, 'data'), KUBECONFIG: kubeconfig };

const CLIENT = { name: 'bench', version: '1' } as const;
const MESSAGES = {
  'initialize (2025-11-25)': {
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: CLIENT },
  },
  'server/discover (2026-07-28)': {
    method: 'server/discover',
    params: {
      _meta: {
        'io.modelcontextprotocol/protocolVersion': '2026-07-28',
        'io.modelcontextprotocol/clientInfo': CLIENT,
        'io.modelcontextprotocol/clientCapabilities': {},
      },
    },
  },
} as const;

const OURS: Peer = { name: 'infragate', command: process.execPath, args: [join(root, 'bin', 'infragate.js')] };
const BARE: Peer = { name: 'node -e 0', command: process.execPath, args: ['-e', 'console.log()'] };

function firstAnswer({ command, args }: Peer, message: object): Promise<number> {
  const began = performance.now();
  const child = spawn(command, args, { env, stdio: ['pipe', 'pipe', 'ignore'] });
  child.stdin.on('error', () => undefined);
  child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: 1, ...message })}\n`);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.stdout.once('data', () => {
      const ms = performance.now() - began;
      child.stdin.end();
      child.once('exit', () => resolve(ms));
      // One that lingers when its client has gone is not waited for.
      setTimeout(() => child.kill(), 2_000).unref();
    });
  });
}

let fine = true;
for (const [name, message] of Object.entries(MESSAGES)) {
  // The others speak only the protocol of before.
  const rivals = 'protocolVersion' in message.params ? peers() : [];
  const all = [OURS, BARE, ...rivals];
  const times = new Map(all.map((peer) => [peer, [] as number[]]));
  for (let run = 0; run <= RUNS; run += 1)
    for (const peer of all) {
      const ms = await firstAnswer(peer, message);
      if (run > 0) times.get(peer)?.push(ms);
    }
  const of = (peer: Peer) => ({ name: peer.name, ms: median(times.get(peer) ?? []) });
  const row = { work: `first answer, ${name}`, ours_ms: of(OURS).ms, rivals: rivals.map(of), floor: of(BARE) };
  fine = report(rivals.length === 0 ? row : { ...row, most: 1 }) && fine;
}
rmSync(home, { recursive: true, force: true });
process.exit(fine ? 0 : 1);
