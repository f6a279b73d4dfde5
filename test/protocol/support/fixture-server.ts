/**
 * Our MCP channel over a fake engine: what the channel does with questions, progress, exceptions and decisions can be
 * provoked here without a cluster. Only the engine is fake; channel, protocol and process are the real ones.
 * argv: the data folder; `--http` serves over HTTP instead and prints its address on stderr.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Engine, Performed } from '../../../src/engine/index.ts';
import { type ChannelOptions, serveHttp, serveStdio } from '../../../src/mcp/index.ts';
import { TOOLS } from '../../../src/tools/index.ts';

export const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`;

const [, , home = '', mode] = process.argv;

let decisions = 0;
let status: 'pending' | 'approved' | 'revise' | 'rejected' = 'pending';
let detached = 0;
let workspace = '';
const used = new Set<string>();

const answer = (structured: Record<string, unknown>): Performed => ({
  isError: false,
  text: JSON.stringify(structured),
  structured: {
    ...structured,
    deployment: 'd-1',
    stage: 'plan',
    gate: { name: 'P', passes: false, open: [] },
    next: [],
  },
});

const refused = (code: string, message: string): Performed => ({
  isError: true,
  text: `REFUSED ${code}: ${message}`,
  structured: { refusal: { code, message, missing: [], next: [] } },
});

const unused = (): never => {
  throw new Error('not part of this fake');
};

const engine: Engine = {
  home,
  workspace: '/',
  now: () => new Date().toISOString(),
  async perform({ tool, input, actor, signal, progress }) {
    const args = Object(input);
    if (args.deployment === 'throw') throw new Error('kaboom\n    at secret.ts:1');
    switch (tool) {
      case 'deployment-status':
        console.log('a library prints'); // must not reach stdout
        return answer({ status, decisions, detached, workspace, client: actor.kind === 'agent' ? actor.client : '' });
      case 'request-approval': {
        if (status !== 'pending') return answer({ status, assurance: 'elicited' });
        const question = {
          title: 'Approve?',
          body: 'The plan.',
          digest: DIGEST,
          prefix: '01234567',
          deployment: 'd-1',
          review: DIGEST,
          fresh: false,
        };
        return { ...answer({ status, assurance: 'none' }), question };
      }
      case 'run-validation': {
        progress?.('halfway');
        signal?.addEventListener('abort', () => {
          detached += 1;
        });
        await sleep(args.wait === '5s' ? 5_000 : 50);
        return answer({ status: 'PASS' });
      }
      case 'complete-deployment':
        return refused('GATE_NOT_PASSED', 'Gate V is open.');
      default:
        return refused('BAD_INPUT', 'nothing else is faked');
    }
  },
  async decide({ digest, prefix, choice, remark, actor }) {
    if (digest !== DIGEST) return refused('PLAN_DRIFT', 'another plan');
    if (prefix.length < 8 || !digest.slice(7).startsWith(prefix)) return refused('BAD_INPUT', 'digest_prefix: wrong');
    if (choice !== 'approve' && !remark) return refused('BAD_INPUT', 'remark: missing');
    decisions += 1;
    status = { approve: 'approved', revise: 'revise', reject: 'rejected' }[choice] as typeof status;
    return answer({ status, assurance: actor?.assurance ?? 'passkey' });
  },
  cleanUpAfter: async () => undefined,
  async useOnce(nonce) {
    const fresh = !used.has(nonce);
    used.add(nonce);
    return fresh;
  },
  preapprove: async () => unused(),
  waive: async () => unused(),
  abandon: async () => unused(),
  read: async () => unused(),
  open: async () => ({ deployments: [], damaged: [] }),
  latest: async () => [],
  runState: async () => undefined,
  cancelRun: async () => undefined,
  evidence: async () => undefined,
  findEvidence: async () => ({ kind: 'none' }),
  ledger: async () => unused(),
  close: async () => undefined,
};

const options: ChannelOptions = {
  version: '0.0.0-test',
  tools: TOOLS,
  open: async (needs) => {
    workspace = needs.workspace;
    return engine;
  },
};
if (mode === '--http') {
  const { url } = await serveHttp(options);
  process.stderr.write(`${url}\n`);
} else {
  serveStdio(options);
}
