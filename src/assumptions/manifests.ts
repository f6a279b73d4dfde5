import type { KubeObject } from '../cluster/index.ts';
import { serviceAccountOf } from '../objects/index.ts';
import { fail, pass, unknown, type Verdict } from '../workflow/index.ts';
import { auditNotes } from './audit-policies.ts';
import type { Finding } from './finding.ts';
import { isRecord } from './json.ts';
import { checkQuota } from './manifests-quota.ts';
import type { Manifest } from './manifests-read.ts';
import { selectsNothing, unresolved } from './manifests-references.ts';
import { refusedBy } from './manifests-refused.ts';
import { waitsForSet } from './manifests-set.ts';
import { parallel } from './parallel.ts';
import { podAdmission } from './pod-admission.ts';
import { podOf } from './pod-of.ts';
import { routeTrouble } from './routes.ts';
import { type Judged as BySccs, judgedBySccs, type Settled, withoutReview } from './scc.ts';
import type { World } from './world.ts';

export type ManifestFinding = Finding & {
  readonly name: string;
  readonly where: string;
  readonly warnings: readonly string[];
};

/** What the API server would make of each: server dry run with strict fields, and of each workload's Pod as well. */
export async function checkManifests(
  world: World,
  manifests: readonly Manifest[],
  limit = 8,
): Promise<ManifestFinding[]> {
  const set = manifests.map((m) => m.object);
  const [each, quota] = await Promise.all([
    parallel(manifests, limit, (manifest) => checkOne(world, manifest, set)),
    checkQuota(world, set),
  ]);
  return quota === undefined ? each : [...each, quota];
}

async function checkOne(
  world: World,
  { object, where }: Manifest,
  set: readonly KubeObject[],
): Promise<ManifestFinding> {
  const written = `${object.kind}/${object.metadata.name ?? `${object.metadata.generateName}*`}`;
  // Longer names are refused by the API server, in whose words they come back, too.
  const name = written.length > 320 ? `${written.slice(0, 319)}…` : written;
  const { verdict, warnings, evidence, deferrable, suggestion } = await judge(world, object, set);
  return {
    subject: `manifest:${object.apiVersion}/${object.kind}/${object.metadata.namespace ?? world.namespace}/${object.metadata.name ?? ''}`,
    name,
    where,
    asked: `would the API server take ${name}? (dry run, strict fields)`,
    verdict,
    warnings,
    evidence,
    ...(deferrable ? { deferrable } : {}),
    ...(suggestion === undefined ? {} : { suggestion }),
  };
}

type Judged = {
  verdict: Verdict;
  warnings: readonly string[];
  evidence: unknown;
  deferrable?: boolean;
  suggestion?: string;
};

async function judge(world: World, object: KubeObject, set: readonly KubeObject[]): Promise<Judged> {
  const order = await waitsForSet(world, object, set);
  if (order !== undefined) return { warnings: [], evidence: { order: order.verdict.reason }, ...order };
  const named = object.metadata.name !== undefined;
  const placed = await world.reader.dryRun(object, {
    verb: named ? 'apply' : 'create',
    force: named,
    namespace: world.namespace,
  });
  if (!placed.ok) return { ...refusedBy(placed.error), warnings: [], evidence: { error: placed.error } };
  const warnings = [...placed.value.warnings];
  const pod = podOf(placed.value.object);
  warnings.push(...(await auditNotes(world, placed.value.object)));
  const asPod = await podAdmission(world, placed.value.object, set);
  warnings.push(...(asPod?.warnings ?? []).filter((w) => !warnings.includes(w)));
  if (asPod?.refused !== undefined) {
    const { verdict, deferrable, error } = asPod.refused;
    const message = `${object.kind} is accepted, but its Pod is not: ${verdict.message}`;
    const reason = verdict.status === 'fail' ? `Pod${verdict.reason}` : verdict.reason;
    return {
      verdict: { ...verdict, reason, message },
      warnings,
      evidence: { error, pod: true },
      ...(deferrable ? { deferrable } : {}),
      ...(verdict.reason === 'ResourcesMissing'
        ? { suggestion: 'set resources.requests and limits on every container, or have a LimitRange give defaults' }
        : {}),
    };
  }
  const judged = await bySccs(world, object, pod);
  if (judged?.state === 'denied') {
    const message = `${object.kind} is accepted, but no SecurityContextConstraints lets its service account run its Pod: ${judged.reason}`;
    return { verdict: fail('NoSccAllowsIt', message), warnings, evidence: { judged } };
  }
  const references = await unresolved(world, object, set);
  const evidence = { warnings, references, judged };
  if (references.missing.length > 0) {
    const message = `accepted, but it names what is neither in the cluster nor in the set: ${references.missing.join('; ')}`;
    const [first = ''] = references.missing;
    const kind = /^[A-Za-z]+/.exec(first)?.[0].toLowerCase() ?? 'all';
    const where = object.metadata.namespace ?? world.namespace;
    const suggestion = `add it to the manifests, or name one that is there: kubectl get ${kind} -n ${where}`;
    return { verdict: fail('ReferenceMissing', message), warnings, evidence, suggestion };
  }
  if (await selectsNothing(world, object, set)) {
    const message = 'accepted, but its selector fits no Pod of the set and none that runs';
    return { verdict: unknown('SelectsNothing', message), warnings, evidence };
  }
  // OpenShift would judge the Pod, and nobody said how: this identity's own dry run says nothing about it.
  if (judged?.state === 'blind') {
    const verdict = unknown(judged.verdict.reason, `${object.kind} is accepted, but ${judged.why}`);
    const suggestion = 'compare what it asks for with the SCCs that are there: kubectl get scc -o wide';
    return { verdict, warnings, evidence, deferrable: true, suggestion };
  }
  const route = await routeTrouble(world, object, set);
  if (route !== undefined) return { ...route, warnings, evidence };
  if (references.unseen.length > 0) {
    const message = `accepted, but this identity may not see whether these are there: ${references.unseen.join(', ')}`;
    return { verdict: unknown('ReferenceNotSeen', message), warnings, evidence, deferrable: true };
  }
  const without = references.optional.length === 0 ? '' : `, without the optional ${references.optional.join(', ')}`;
  const warned = warnings.length === 0 ? '' : `, with ${warnings.length} warning(s): ${warnings[0]}`;
  return {
    verdict: accepted(judged, `${pod === undefined ? '' : ', and so is its Pod'}${without}${warned}`),
    warnings,
    evidence,
  };
}

/** A pass can't be made of a judgement that is open: its type has no place for one. */
const accepted = (_judged: Settled | undefined, more: string): Verdict => pass('Accepted', `accepted${more}`);

async function bySccs(world: World, object: KubeObject, pod: KubeObject | undefined): Promise<BySccs | undefined> {
  const spec = (pod ?? object).spec;
  if (!isRecord(spec)) return undefined;
  if (pod === undefined)
    return object.kind === 'Pod' && object.apiVersion === 'v1'
      ? withoutReview(world, serviceAccountOf(object) ?? 'default', spec)
      : undefined;
  const namespace = object.metadata.namespace ?? world.namespace;
  const { labels = {} } = pod.metadata;
  return judgedBySccs(world, namespace, serviceAccountOf(object) ?? 'default', { metadata: { labels }, spec });
}
