import { execFile } from 'node:child_process';
import { connect, type KubeObject } from '../src/cluster/index.ts';
import { down, up } from '../src/sandbox/sandbox.ts';
import { shootingRange } from '../test/cluster/support/tracer.ts';
import { plainKubectl } from './kubectl.ts';
import { report } from './row.ts';

/**
 * When a tracer bullet's decision was made and when its caller had the answer, against `kubectl wait --timeout` and
 * `kubectl rollout status --timeout` on the same object in the same run, on kwok. All clocks begin when the object was
 * created: ours to the decision as it is recorded when it is made, and to the answer in the caller's hands (with evidence,
 * clean-up and its proof); kubectl's to its exit. Exits 1 when a verdict is wrong, or a failure's doesn't come before
 * kubectl gives up.
 */
const NAME = 'bench-tracer';
const TIMEOUT = '20s';

type Shot = {
  readonly title: string;
  readonly assumption: string;
  readonly object: (name: string) => KubeObject;
  readonly criterion: string;
  readonly condition: string;
  readonly rollout: boolean;
  readonly expected: 'PASS' | 'FAIL';
  /** Nothing is left of its namespace's quota. */
  readonly full?: boolean;
};

const command = await plainKubectl();
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
  },
  { title: 'Deployment available', ...AVAILABLE, object: deployment(image), expected: 'PASS' },
  {
    title: 'unschedulable',
    ...AVAILABLE,
    object: deployment(image, { nodeSelector: { disk: 'nowhere' } }),
    expected: 'FAIL',
  },
  { title: 'quota', ...AVAILABLE, object: deployment(image), expected: 'FAIL', full: true },
  {
    title: 'image missing',
    ...AVAILABLE,
    object: deployment(`${sandbox.registry}/does-not-exist:1`),
    expected: 'FAIL',
  },
];

type Fired = { status: string; reason: string; decisionMs: number; answerMs: number };

async function fire(range: Awaited<ReturnType<typeof shootingRange>>, shot: Shot): Promise<Fired> {
  const { structured, text } = await range.fire({
    assumption: shot.assumption,
    minimal_spec: JSON.stringify(shot.object('try')),
    success_criteria: shot.criterion,
    timeout: TIMEOUT,
    wait: '60s',
  });
  const answeredAt = Date.now();
  const id = String(Object(structured.evidence).id);
  const body = JSON.parse((await range.engine.evidence(id))?.text ?? '{}');
  const since = Date.parse(String(body.applied_at));
  const decisionMs = Date.parse(String(body.decided_at)) - since;
  if (Number.isNaN(decisionMs)) throw new Error(`${shot.title}: ${text}`);
  const reason = String(Object(structured.failure).reason ?? structured.reason);
  return { status: String(structured.status), reason, decisionMs, answerMs: answeredAt - since };
}

function kubectl(args: readonly string[]): Promise<number> {
  const began = performance.now();
  return new Promise((done) => {
    execFile(command, ['--kubeconfig', sandbox.kubeconfig, ...args], () => done(performance.now() - began));
  });
}

/** Until kubectl ends, for objects of its own: `wait` and `rollout status` each on a new one. */
async function asked(shot: Shot, namespace: string): Promise<{ waitMs: number; rolloutMs: number | undefined }> {
  const after = async (name: string, args: (target: string) => readonly string[]) => {
    const object = shot.object(name);
    const created = await writer.create(object, { namespace });
    if (!created.ok) throw new Error(created.error.message);
    return kubectl(['-n', namespace, ...args(`${object.kind.toLowerCase()}/${name}`), `--timeout=${TIMEOUT}`]);
  };
  const wait = () => after('waited-for', (target) => ['wait', `--for=${shot.condition}`, target]);
  const rollout = async () =>
    shot.rollout ? after('rolled-out', (target) => ['rollout', 'status', target]) : undefined;
  if (shot.expected === 'PASS') return { waitMs: await wait(), rolloutMs: await rollout() };
  const [waitMs, rolloutMs] = await Promise.all([wait(), rollout()]);
  return { waitMs, rolloutMs };
}

async function fill(namespace: string): Promise<void> {
  const spec = { hard: { pods: '0' } };
  const quota = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'none-left' }, spec };
  const created = await writer.create(quota, { namespace });
  if (!created.ok) throw new Error(created.error.message);
}

const rows: { shot: Shot; fired: Fired; waitMs: number; rolloutMs: number | undefined }[] = [];
try {
  const assumed = [
    { name: 'pods run', about: ['api:v1/Pod'] },
    { name: 'deployments roll out', about: ['api:apps/v1/Deployment'] },
  ];
  const fired: Fired[] = [];
  // A failure closes Gate R behind it, so each has a deployment and a namespace of its own.
  for (const [i, shot] of shots.entries()) {
    const range = await shootingRange(sandbox, cluster, `bench-${i}`, assumed);
    if (shot.full) await fill(range.namespace);
    fired.push(await fire(range, shot));
    await range.close();
  }
  // What succeeds is timed alone; what fails only waits for the timeout, so all of it at once.
  const failed = await Promise.all(
    shots.map((shot, i) => (shot.expected === 'FAIL' ? asked(shot, `bench-${i}`) : undefined)),
  );
  for (const [i, shot] of shots.entries()) {
    const [one, theirs] = [fired[i], failed[i] ?? (await asked(shot, `bench-${i}`))];
    if (one !== undefined) rows.push({ shot, fired: one, ...theirs });
  }
} finally {
  cluster.close();
  await down({ name: NAME });
}

for (const { shot, fired, waitMs, rolloutMs } of rows) {
  const { status, reason, decisionMs, answerMs } = fired;
  const rivals = [
    { name: `kubectl wait --timeout=${TIMEOUT}`, ms: waitMs },
    ...(rolloutMs === undefined ? [] : [{ name: `kubectl rollout status --timeout=${TIMEOUT}`, ms: rolloutMs }]),
  ];
  const work = `bullet: ${shot.title}, ${status} ${reason}`;
  report({ work: `${work}: to the decision`, ours_ms: decisionMs, rivals });
  report({ work: `${work}: to the answer`, ours_ms: answerMs, rivals });
  const late = shot.expected === 'FAIL' && decisionMs >= Math.min(waitMs, rolloutMs ?? waitMs);
  if (status !== shot.expected || late) process.exitCode = 1;
}
process.exit();
