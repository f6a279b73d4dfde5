import { differences } from '../../src/apply/compare.ts';
import {
  compareQuantity,
  drift,
  formatQuantity,
  type KubeObject,
  kindKey,
  needsOf,
  parseQuantity,
  shortfalls,
  sum,
  surgeOf,
  unsaid,
  withLimitRanges,
} from '../../src/objects/index.ts';
import type { CaseFile } from './file.ts';
import { rootOf } from './reading.ts';

/** Of a manifest and the live object, in this order. */
export function drifts({ objects, file }: CaseFile, reported: boolean): string | undefined {
  const [manifest, live] = objects;
  if (manifest === undefined || live === undefined) throw new Error(`${file}: it needs a manifest and a live object`);
  const found = drift(manifest, live, { normalised: manifest });
  if (found.length > 0 === reported) return undefined;
  return found.length === 0 ? 'no drift' : `drift at ${found.map(({ path }) => path).join(', ')}`;
}

export function needs(
  one: CaseFile,
  amounts: readonly (readonly [name: string, quantity: string])[],
): string | undefined {
  const found = needsOf(rootOf(one));
  const wrong = amounts.filter(([name, quantity]) => {
    const [has, wanted] = [found.get(name), parseQuantity(quantity)];
    if (wanted === undefined) throw new Error(`${one.file}: ${quantity} is no quantity`);
    return has === undefined || compareQuantity(has, wanted) !== 0;
  });
  if (wrong.length === 0) return undefined;
  const say = (name: string): string => {
    const has = found.get(name);
    return `${name} ${has === undefined ? 'nothing' : formatQuantity(has, 'decimal')}`;
  };
  return `needs ${wrong.map(([name]) => say(name)).join(', ')}`;
}

/** Do the other objects fit into the case's quotas? */
export function fits({ objects, file }: CaseFile, expected: boolean): string | undefined {
  const isQuota = ({ kind }: KubeObject) => kind === 'ResourceQuota';
  const quotas = objects.filter(isQuota);
  if (quotas.length === 0) throw new Error(`${file}: it has no ResourceQuota`);
  const isRange = ({ kind }: KubeObject) => kind === 'LimitRange';
  const ranges = objects.filter(isRange);
  const set = objects.filter((o) => !isQuota(o) && !isRange(o)).map((object) => withLimitRanges(object, ranges));
  const wanted = sum(set.map((object) => needsOf(object)));
  const short = quotas.flatMap((quota) => shortfalls(wanted, quota));
  const silent = quotas.flatMap((quota) => set.flatMap((object) => unsaid(object, quota)));
  if ((short.length + silent.length === 0) === expected) return undefined;
  if (silent.length > 0) return silent.map((s) => `${s.containers.join(', ')} does not give ${s.resource}`).join(', ');
  return short.length === 0 ? 'it fits' : short.map((s) => `${s.resource}: ${s.needed} of ${s.left} left`).join(', ');
}

export function surges(one: CaseFile): string | undefined {
  const pods = surgeOf(rootOf(one)).get('pods');
  return pods === undefined ? 'the surge is nothing' : undefined;
}

/** Is what the API server answers to a dry run and then to the create the same to apply-phase? */
export function applied(one: CaseFile): string | undefined {
  const root = rootOf(one);
  const [would, live] = ['7f9c2ba4-e88f-427d-a177-b8b3c8f6b5a1', '0b8e9b6e-3c06-4b0c-9d3e-5d8b8b0a6c11'].map((uid) =>
    created(root, uid),
  );
  if (would === undefined || live === undefined) throw new Error('two objects were made');
  const found = differences(would, live);
  return found.length === 0 ? undefined : `LiveDiffers at ${found.join(', ')}`;
}

/**
 * As the API server makes it: with a UID of its own, and for a Job the labels and the selector that come from it
 * (kubernetes/kubernetes pkg/registry/batch/job/strategy.go, generateSelector).
 */
function created(object: KubeObject, uid: string): KubeObject {
  const metadata = { ...object.metadata, uid };
  if (kindKey(object) !== 'Job.batch') return { ...object, metadata };
  const generated = {
    'batch.kubernetes.io/controller-uid': uid,
    'controller-uid': uid,
    'batch.kubernetes.io/job-name': object.metadata.name ?? '',
    'job-name': object.metadata.name ?? '',
  };
  const spec = recordOf(object.spec);
  const template = recordOf(spec.template);
  const templateMetadata = recordOf(template.metadata);
  const labels = { ...generated, ...recordOf(templateMetadata.labels) };
  return {
    ...object,
    metadata: { ...metadata, labels: { ...generated, ...object.metadata.labels } },
    spec: {
      ...spec,
      selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': uid } },
      template: { ...template, metadata: { ...templateMetadata, labels } },
    },
  };
}

const recordOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
