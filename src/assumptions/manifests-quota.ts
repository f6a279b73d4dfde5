import type { KubeObject } from '../cluster/index.ts';
import {
  isScoped,
  type Needs,
  needsOf,
  shortfalls,
  subjectRef,
  subtract,
  sum,
  surgeOf,
  unsaid,
  withLimitRanges,
  ZERO,
} from '../objects/index.ts';
import { fail, pass, unknown } from '../workflow/index.ts';
import { unanswered } from './finding.ts';
import type { ManifestFinding } from './manifests.ts';
import { discoveryOf, listAll, type World } from './world.ts';

/**
 * What the whole set takes of the namespace's quotas: the difference to what already runs, plus the Pods that stand side
 * by side during a rollout. Each object's own dry run can't see the sum.
 */
export async function checkQuota(world: World, set: readonly KubeObject[]): Promise<ManifestFinding | undefined> {
  const { namespace } = world;
  const asked = `does the set fit into what the quotas of ${namespace} leave?`;
  const base = {
    subject: `manifest:quota/${namespace}`,
    name: 'quota of the set',
    where: '',
    warnings: [],
    asked,
    facet: 'capacity' as const,
  };
  const quotas = await listAll(world, '', 'ResourceQuota', { namespace });
  if (quotas.state === 'unserved') return undefined;
  if (quotas.state === 'failed') {
    const said = unanswered(quotas.error, { verb: 'list', group: '', resource: 'resourcequotas', namespace });
    return { ...base, ...said, evidence: { error: quotas.error } };
  }
  const judged = quotas.items.filter((quota) => !isScoped(quota));
  const scoped = quotas.items.filter(isScoped).map((quota) => quota.metadata.name);
  if (quotas.items.length === 0) return undefined;
  const own = set.filter((o) => (o.metadata.namespace ?? namespace) === namespace);
  const [ranges, nodes] = await Promise.all([
    listAll(world, '', 'LimitRange', { namespace }),
    listAll(world, '', 'Node'),
  ]);
  const defaults = ranges.state === 'listed' ? ranges.items : [];
  const needs = await needsOfSet(world, own, {
    ranges: defaults,
    // A DaemonSet's Pods; where the nodes can't be seen, there is at least one.
    nodes: nodes.state === 'listed' ? Math.max(1, nodes.items.length) : 1,
  });
  const short = judged.flatMap((quota) => shortfalls(needs, quota));
  const silent = own.flatMap((object) =>
    judged.flatMap((quota) =>
      unsaid(withLimitRanges(object, defaults), quota).map((u) => ({ ...u, object: subjectRef(object) })),
    ),
  );
  const evidence = { short, silent, scoped, quotas: judged.map((quota) => quota.metadata.name) };
  if (silent.length > 0) {
    const said = silent.map(
      (u) => `${u.quota} counts ${u.resource}, which ${u.object} does not give for ${u.containers.join(', ')}`,
    );
    return {
      ...base,
      verdict: fail('QuotaNeedsAmounts', `${said.join('; ')}; its Pods would be refused`),
      evidence,
      suggestion: 'give every container the requests and limits that the quota counts, or have a LimitRange give them',
    };
  }
  if (short.length > 0) {
    const said = short.map(
      (s) => `${s.quota} leaves ${s.left} of ${s.resource} (hard ${s.hard}, used ${s.used}), the set needs ${s.needed}`,
    );
    return {
      ...base,
      verdict: fail('QuotaExceeded', said.join('; ')),
      evidence,
      suggestion: 'ask for a larger quota, or plan for less',
    };
  }
  if (scoped.length > 0 && judged.length === 0) {
    return {
      ...base,
      verdict: unknown('QuotaScoped', `${scoped.join(', ')} count only some Pods, which is not judged here`),
      evidence,
    };
  }
  return {
    ...base,
    verdict: pass(
      'QuotaFits',
      `the set fits into ${judged.map((quota) => quota.metadata.name).join(', ')}${scoped.length === 0 ? '' : `; not judged, because they count only some Pods: ${scoped.join(', ')}`}`,
    ),
    evidence,
  };
}

async function needsOfSet(
  world: World,
  set: readonly KubeObject[],
  { ranges, nodes }: { ranges: readonly KubeObject[]; nodes: number },
): Promise<Needs> {
  const stands = (object: KubeObject) => withLimitRanges(object, ranges);
  const discovery = await discoveryOf(world);
  const plural = (object: KubeObject) => {
    const [first, second] = object.apiVersion.split('/');
    const group = second === undefined ? '' : (first ?? '');
    const found = discovery.ok ? discovery.value.find({ group, kind: object.kind }) : undefined;
    const name = found?.resource ?? `${object.kind.toLowerCase()}s`;
    return group === '' ? name : `${name}.${group}`;
  };
  const parts = await Promise.all(
    set.map(async (object): Promise<Needs> => {
      const { name } = object.metadata;
      const running =
        name === undefined
          ? undefined
          : await world.reader.getIfThere({
              apiVersion: object.apiVersion,
              kind: object.kind,
              name,
              namespace: object.metadata.namespace ?? world.namespace,
            });
      const before = running?.ok === true ? running.value : undefined;
      const needs = needsOf(stands(object), { plural, nodes });
      if (before === undefined) return needs;
      return sum([minus(needs, needsOf(stands(before), { plural, nodes })), surgeOf(stands(object), { nodes })]);
    }),
  );
  return sum(parts);
}

function minus(a: Needs, b: Needs): Needs {
  const names = new Set([...a.keys(), ...b.keys()]);
  return new Map([...names].map((name) => [name, subtract(a.get(name) ?? ZERO, b.get(name) ?? ZERO)]));
}
