import { execFile } from 'node:child_process';
import { connect, type KubeObject } from '../src/cluster/index.ts';
import { findBinary, part } from '../src/sandbox/binary.ts';
import { down, up } from '../src/sandbox/sandbox.ts';
import { shootingRange } from '../test/cluster/support/tracer.ts';

/**
 * When a tracer bullet's verdict came, against `kubectl wait --timeout` and `kubectl rollout status --timeout` on the same
 * object in the same run, on kwok. Both clocks begin when the object was created. Exits 1 when a verdict is wrong, or a
 * failure's doesn't come before kubectl gives up.
 */
const NAME = 'bench-tracer';
const NS = 'bench';
const TIMEOUT = '20s';

type Shot = {
  readonly title: string;
  readonly assumption: string;
  readonly object: (name: string) => KubeObject;
  readonly criterion: string;
  readonly condition: string;
  readonly rollout: boolean;
  readonly expected: 'PASS' | 'FAIL';
  readonly namespace: string;
};

const command = await kubectlCommand();
const sandbox = await up({ name: NAME });
const connected = await connect({ kubeconfig: sandbox.kubeconfig });
if (!connected.ok) throw new Error(connected.error.message);
const cluster = connected.value;
const writer = cluster.writer();
const image = `${sandbox.registry}/busybox:1`;

const podSpec = (of: string, more: object = {}) => ({ containers: [{ name: 'c', image: of }], ...more });
const pod = (name: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: podSpec(image),
});
const deployment =
  (of: string, more: object = {}) =>
  (name: string): KubeObject => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec: podSpec(of, more) },
    },
  });

const AVAILABLE = {
  assumption: 'deployments roll out',
  criterion: 'Deployment is Available',
  condition: 'condition=Available',
  rollout: true,
  namespace: NS,
};
const shots: readonly Shot[] = [
  {
    title: 'Pod Running',
    assumption: 'pods run',
    object: pod,
    criterion: 'Pod reaches Running state',
    condition: 'jsonpath={.status.phase}=Running',
    rollout: false,
    expected: 'PASS',
    namespace: NS,
  },
  { title: 'Deployment available', ...AVAILABLE, object: deployment(image), expected: 'PASS' },
  {
    title: 'unschedulable',
    ...AVAILABLE,
    object: deployment(image, { nodeSelector: { disk: 'nowhere' } }),
    expected: 'FAIL',
  },
  { title: 'quota', ...AVAILABLE, object: deployment(image), expected: 'FAIL', namespace: `${NS}-full` },
  {
    title: 'image missing',
    ...AVAILABLE,
    object: deployment(`${sandbox.registry}/does-not-exist:1`),
    expected: 'FAIL',
  },
];

type Fired = { status: string; reason: string; verdictMs: number; wholeMs: number };

async function fire(range: Awaited<ReturnType<typeof shootingRange>>, shot: Shot): Promise<Fired> {
  const began = performance.now();
  const { structured, text } = await range.fire({
    assumption: shot.assumption,
    minimal_spec: JSON.stringify(shot.object('try')),
    success_criteria: shot.criterion,
    timeout: TIMEOUT,
    wait: '60s',
  });
  const wholeMs = performance.now() - began;
  const id = String(Object(structured.evidence).id);
  const body = JSON.parse((await range.engine.evidence(id))?.text ?? '{}');
  const verdictMs = Date.parse(String(body.decided_at)) - Date.parse(String(body.applied_at));
  if (Number.isNaN(verdictMs)) throw new Error(`${shot.title}: ${text}`);
  const reason = String(Object(structured.failure).reason ?? structured.reason);
  return { status: String(structured.status), reason, verdictMs, wholeMs };
}

async function kubectlCommand() {
  const found = part(await findBinary(), 'kubectl');
  if (found === undefined) throw new Error('this sandbox has no kubectl');
  return found;
}

function kubectl(args: readonly string[]): Promise<number> {
  const began = performance.now();
  return new Promise((done) => {
    const all = [...command.args, '--kubeconfig', sandbox.kubeconfig, ...args];
    execFile(command.file, all, () => done(performance.now() - began));
  });
}

/** Until kubectl ends, for objects of its own: `wait` and `rollout status` each on a new one. */
async function asked(shot: Shot, index: number): Promise<{ waitMs: number; rolloutMs: number | undefined }> {
  const after = async (name: string, args: (target: string) => readonly string[]) => {
    const object = shot.object(name);
    const created = await writer.create(object, { namespace: shot.namespace });
    if (!created.ok) throw new Error(created.error.message);
    return kubectl(['-n', shot.namespace, ...args(`${object.kind.toLowerCase()}/${name}`), `--timeout=${TIMEOUT}`]);
  };
  const waitMs = await after(`wait-${index}`, (target) => ['wait', `--for=${shot.condition}`, target]);
  if (!shot.rollout) return { waitMs, rolloutMs: undefined };
  return { waitMs, rolloutMs: await after(`rollout-${index}`, (target) => ['rollout', 'status', target]) };
}

const rows: { shot: Shot; fired: Fired; waitMs: number; rolloutMs: number | undefined }[] = [];
try {
  const assumed = [
    { name: 'pods run', about: ['api:v1/Pod'] },
    { name: 'deployments roll out', about: ['api:apps/v1/Deployment'] },
  ];
  const ranges = new Map<string, Awaited<ReturnType<typeof shootingRange>>>();
  for (const namespace of [NS, `${NS}-full`]) {
    ranges.set(namespace, await shootingRange(sandbox, cluster, namespace, assumed));
  }
  const quota = {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'none-left' },
    spec: { hard: { pods: '0' } },
  };
  const created = await writer.create(quota, { namespace: `${NS}-full` });
  if (!created.ok) throw new Error(created.error.message);
  const fired: Fired[] = [];
  for (const shot of shots) {
    const range = ranges.get(shot.namespace);
    if (range !== undefined) fired.push(await fire(range, shot));
  }
  // What succeeds is timed alone; what fails only waits for the timeout, so all of it at once.
  const times = await Promise.all(shots.filter((s) => s.expected === 'FAIL').map((shot, i) => asked(shot, i)));
  const quick: typeof times = [];
  for (const [i, shot] of shots.filter((s) => s.expected === 'PASS').entries()) quick.push(await asked(shot, 10 + i));
  for (const [i, shot] of shots.entries()) {
    const [one, time] = [fired[i], (shot.expected === 'PASS' ? quick : times).shift()];
    if (one !== undefined && time !== undefined) rows.push({ shot, fired: one, ...time });
  }
  for (const range of ranges.values()) await range.close();
} finally {
  cluster.close();
  await down({ name: NAME });
}

const seconds = (ms: number | undefined) => (ms === undefined ? '' : (ms / 1000).toFixed(2));
const times = (theirs: number | undefined, ours: number) =>
  theirs === undefined ? '' : `${(theirs / Math.max(ours, 1)).toFixed(1)}×`;
const line = (...cells: string[]) => console.log(cells.map((c, i) => (i < 2 ? c.padEnd(24) : c.padStart(11))).join(''));
console.log(`Seconds after the object was created; kubectl with --timeout=${TIMEOUT}; kwok\n`);
line('', 'verdict', 'after', 'wait', 'rollout', 'wait/ours', 'roll./ours', 'all of it');
for (const { shot, fired, waitMs, rolloutMs } of rows) {
  const { status, reason, verdictMs, wholeMs } = fired;
  line(
    shot.title,
    `${status} ${reason}`,
    seconds(verdictMs),
    seconds(waitMs),
    seconds(rolloutMs),
    times(waitMs, verdictMs),
    times(rolloutMs, verdictMs),
    seconds(wholeMs),
  );
  const late = shot.expected === 'FAIL' && verdictMs >= Math.min(waitMs, rolloutMs ?? waitMs);
  if (status !== shot.expected || late) process.exitCode = 1;
}
console.log('\n"all of it": the whole call, with dry run, evidence, clean-up and its proof.');
process.exit();
