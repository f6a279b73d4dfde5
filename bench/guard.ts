import { readFileSync } from 'node:fs';
import { guard } from '../src/cli/cluster/guard.ts';
import { install } from '../src/cli/cluster/install.ts';
import { connect as reach } from '../src/cluster/index.ts';
import { call, connect } from '../src/sandbox/api.ts';
import { down, up } from '../src/sandbox/sandbox.ts';
import { median, report } from './row.ts';

/**
 * What the guard adds to a write: the same patch of the same Deployment in a guarded namespace and in one that is not, in
 * turn, by one client over one connection. Once by an identity that the guard lets pass as the cluster's own work, once by
 * the executor within a session, whose object is compared whole. Exit 1 over 1 ms in the median or 5 ms in the 99th percentile.
 */
const WRITES = 400;
const MOST_MEDIAN_MS = 1;
const MOST_P99_MS = 5;
const NAME = 'bench-guard';

const sandbox = await up({ name: NAME });
let within = true;
try {
  const connected = await reach({ kubeconfig: sandbox.kubeconfig });
  if (!connected.ok) throw new Error(connected.error.message);
  const cluster = connected.value;
  const writer = cluster.writer();
  for (const name of ['guarded', 'free'])
    await writer.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  await install(cluster, []);
  await guard(writer, { namespace: 'guarded', allow: ['kwok', 'admin'], refuseOthers: true });
  const about = { deployment: 'bench-1', run: 'bench', tool: 'apply-phase' };
  const guarded = cluster.guarded(await cluster.guards(['guarded']), about, true);
  const object = (namespace: string) => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace },
    spec: {
      replicas: 0,
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: {
          containers: Array.from({ length: 3 }, (_, n) => ({ name: `c${n}`, image: 'registry.k8s.io/pause:3.9' })),
        },
      },
    },
  });
  await writer.apply(object('free'), { force: true });
  await guarded.cluster.writer().apply(object('guarded'), { force: true });
  const token = (await guarded.cluster.credentials()).findLast((text) => text.startsWith('ey')) ?? '';
  const { clusters, users } = JSON.parse(readFileSync(sandbox.kubeconfig, 'utf8'));
  const authority = Buffer.from(clusters[0].cluster['certificate-authority-data'], 'base64').toString();
  const admin = connect(sandbox.server, authority, users[0].user.token);
  const executor = connect(sandbox.server, authority, token);
  const timed = async (who: typeof admin, namespace: string): Promise<number> => {
    const began = performance.now();
    const answer = await call(
      who,
      `/apis/apps/v1/namespaces/${namespace}/deployments/web?fieldManager=infragate&force=true`,
      {
        method: 'PATCH',
        type: 'application/apply-patch+yaml',
        body: object(namespace),
      },
    );
    if (answer.status !== 200) throw new Error(`${namespace}: ${answer.status} ${answer.body.slice(0, 400)}`);
    return performance.now() - began;
  };
  const p99 = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length * 0.99)] ?? 0;
  for (const [work, who] of [
    ["a write of the cluster's own in a guarded namespace", admin],
    ['a write of the executor in a guarded namespace, compared whole', executor],
  ] as const) {
    const times = { guarded: [] as number[], free: [] as number[] };
    for (let n = 0; n < WRITES; n += 1) {
      times.free.push(await timed(admin, 'free'));
      times.guarded.push(await timed(who, 'guarded'));
    }
    const [ours, free] = [median(times.guarded), median(times.free)];
    report({ work, ours_ms: ours, rivals: [{ name: 'the same in an unguarded one', ms: free }] });
    const more = { median: ours - free, p99: p99(times.guarded) - p99(times.free) };
    console.log(`added: ${more.median.toFixed(2)} ms median, ${more.p99.toFixed(2)} ms in the 99th percentile`);
    within &&= more.median <= MOST_MEDIAN_MS && more.p99 <= MOST_P99_MS;
  }
  await guarded.end();
  cluster.close();
} finally {
  await down({ name: NAME });
}
process.exit(within ? 0 : 1);
