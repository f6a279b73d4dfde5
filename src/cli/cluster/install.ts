import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import type { Cluster, Reader, Writer } from '../../cluster/index.ts';
import { API_VERSION, HOME, installation, RELEASED } from '../../enforcement/index.ts';
import { isTrue, type KubeObject, refOf } from '../../objects/kube-object.ts';
import { print } from '../../print/index.ts';
import { EXIT } from '../exit.ts';
import { ClusterProblem, isServed, must } from './connection.ts';
import { guardedNamespaces, release } from './guard.ts';

const ADMISSION = 'admissionregistration.k8s.io/v1';
const ESTABLISHED_MS = 30_000;
const GONE_MS = 60_000;

/** For GitOps: what install would apply, for a cluster that serves everything. */
export const printed = (servers: readonly string[]): string =>
  installation({ servers, stamps: true })
    .map((object) => stringify(object))
    .join('---\n');

export async function install(cluster: Cluster, servers: readonly string[]): Promise<number> {
  const writer = cluster.writer();
  if (!(await isServed(writer, ADMISSION, 'ValidatingAdmissionPolicy')))
    throw new ClusterProblem(
      EXIT.lacking,
      `${writer.server} (${writer.versionAtConnect?.gitVersion ?? 'version unknown'}) serves no ValidatingAdmissionPolicy of ${ADMISSION} (Kubernetes 1.30): its API server can't refuse by a policy. Nothing was installed.`,
    );
  const stamps = await isServed(writer, ADMISSION, 'MutatingAdmissionPolicy');
  for (const object of installation({ servers, stamps })) {
    must(await writer.apply(object, { force: true }), `applying ${object.kind} ${object.metadata.name}`);
    if (object.kind === 'CustomResourceDefinition') await established(writer, object);
  }
  print(`infragate's policies, kinds and roles are in the cluster; no namespace is guarded by that.`);
  print(`The server's identity: the service account ${HOME}/infragate-server${servers.map((s) => `, ${s}`).join('')}.`);
  print(`Next: infragate cluster guard NAMESPACE`);
  if (!stamps)
    print(
      `UNKNOWN: who made an Approval. This cluster serves no MutatingAdmissionPolicy of ${ADMISSION} (Kubernetes 1.36), so approvals by kubectl don't count here.`,
    );
  return EXIT.done;
}

async function established(reader: Reader, { apiVersion, kind, metadata }: KubeObject): Promise<void> {
  const ref = { apiVersion, kind, name: metadata.name ?? '' };
  const last = Date.now() + ESTABLISHED_MS;
  while (Date.now() < last) {
    const there = must(await reader.getIfThere(ref), `looking for ${ref.name}`);
    if (there !== undefined && isTrue(there, 'Established')) return;
    await sleep(100);
  }
  throw new ClusterProblem(EXIT.no, `${ref.name} was not established within ${ESTABLISHED_MS / 1000} s`);
}

/** Releases what is guarded, then takes out everything, the kind that policies read after all that read it. */
export async function uninstall(cluster: Cluster): Promise<number> {
  const writer = cluster.writer();
  for (const namespace of await guardedNamespaces(writer)) await release(writer, namespace);
  const objects = [...installation({ servers: [], stamps: true })].reverse();
  const guards = (o: KubeObject) => o.kind.startsWith('ValidatingAdmission') || o.kind.startsWith('MutatingAdmission');
  for (const object of objects.filter((o) => !guards(o))) await takeOut(writer, object);
  for (const object of objects.filter(guards)) await takeOut(writer, object);
  print('Nothing of infragate is in the cluster any more.');
  return EXIT.done;
}

async function takeOut(writer: Writer, object: KubeObject): Promise<void> {
  const ref = refOf(object);
  const there = await writer.getIfThere(ref);
  if (!there.ok && there.error.reason === 'NoKindMatch') return;
  const live = must(there, `looking for ${ref.kind} ${ref.name}`);
  if (live === undefined) return;
  if (object.kind === 'Namespace' || object.kind === 'CustomResourceDefinition')
    must(
      await writer.patch(ref, { metadata: { annotations: { [RELEASED]: 'uninstall' } } }, 'merge'),
      `marking ${ref.kind} ${ref.name}`,
    );
  must(await writer.delete(ref, { propagation: 'Background' }), `deleting ${ref.kind} ${ref.name}`);
  const gone = must(
    await writer.waitGone(ref, live.metadata.uid, GONE_MS),
    `waiting for ${ref.kind} ${ref.name} to go`,
  );
  if (!gone.gone)
    throw new ClusterProblem(
      EXIT.no,
      `${ref.kind} ${ref.name} is still there after ${GONE_MS / 1000} s${gone.finalizers.length === 0 ? '' : ` (finalizers ${gone.finalizers.join(', ')})`}; repeat the command`,
    );
}

export const isInstalled = async (reader: Reader): Promise<boolean> => isServed(reader, API_VERSION, 'Phase');
