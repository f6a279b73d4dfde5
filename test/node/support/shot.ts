import { expect } from 'vitest';
import type { KubeObject } from '../../../src/cluster/index.ts';
import { value } from '../../cluster/io/sandbox.ts';
import { leftIn, shootingRange } from '../../cluster/support/tracer.ts';
import { cluster, sandbox, serviceAccountIn } from './kubelet.ts';

export type Bullet = {
  readonly spec: string;
  readonly criterion: string | readonly string[];
  readonly timeout: string;
  /** What is in the namespace before. */
  readonly prepare?: (namespace: string) => KubeObject[];
  /** What else goes on while the bullet is under way. */
  readonly meanwhile?: (namespace: string) => Promise<void>;
};

let count = 0;

/** One bullet in a namespace of its own; everything of it must be gone afterwards. */
export async function shootAt(bullet: Bullet) {
  const { spec, criterion, timeout, prepare = () => [], meanwhile } = bullet;
  count += 1;
  const namespace = `shot-${process.pid}-${count}`;
  const about = [`api:${/apiVersion: (\S+)/.exec(spec)?.[1]}/${/kind: (\S+)/.exec(spec)?.[1]}`];
  const range = await shootingRange(sandbox, cluster, namespace, [{ name: 'it works', about }]);
  const writer = cluster.writer();
  for (const object of prepare(namespace)) value(await writer.apply(object, { namespace, force: true }));
  await serviceAccountIn(namespace);
  const before = await everythingIn(namespace);
  const [fired] = await Promise.all([
    range.fire({
      assumption: 'it works',
      minimal_spec: spec,
      success_criteria: criterion,
      timeout,
      wait: '290s',
    }),
    meanwhile?.(namespace),
  ]);
  const { evidence } = fired.structured;
  const body = JSON.parse((await range.engine.evidence(Object(evidence).id))?.text ?? '{}');
  const left = await leftIn(cluster, namespace);
  const more = await leftBy(namespace, before);
  const deployment = await range.deployment();
  await range.close();
  await writer.delete({ apiVersion: 'v1', kind: 'Namespace', name: namespace });
  expect(left).toEqual([]);
  return { ...fired.structured, text: fired.text, body, more, deployment };
}

/** The controller manager puts it into each namespace, at a moment of its own. */
const OF_EVERY_NAMESPACE = 'ConfigMap/kube-root-ca.crt';

/** What is there that was not before. What an operator made and owns itself it takes away a moment after its cause. */
async function leftBy(namespace: string, before: readonly string[]): Promise<string[]> {
  const left = async () =>
    (await everythingIn(namespace)).filter((one) => !before.includes(one) && one !== OF_EVERY_NAMESPACE);
  for (let n = 0; n < 50 && (await left()).length > 0; n += 1) await new Promise((r) => setTimeout(r, 200));
  return left();
}

/** Every object of every kind in a namespace, whoever made it, but what is said of them. */
async function everythingIn(namespace: string): Promise<string[]> {
  const { resources } = value(await cluster.reader.discovery({ fresh: true }));
  const kinds = resources.filter((r) => r.namespaced && r.verbs.includes('list') && r.kind !== 'Event');
  const lists = await Promise.all(
    kinds.map(async ({ group, version, kind }) => {
      const apiVersion = group === '' ? version : `${group}/${version}`;
      const listed = await cluster.reader.list({ apiVersion, kind }, { namespace, metadataOnly: true });
      // A kind whose definition is just going is still in the discovery.
      if (!listed.ok && listed.error.status === 404) return [];
      return value(listed).items.map((one) => `${kind}/${one.metadata.name}`);
    }),
  );
  return [...new Set(lists.flat())].sort();
}
