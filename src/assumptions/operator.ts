import { fail, unknown } from '../workflow/index.ts';
import { bare, type Finding, type Misnamed, type Named } from './finding.ts';
import { fromClusterOperator, fromExtension } from './operator-conditions.ts';
import { fromManifests } from './operator-manifests.ts';
import { fromSubscription } from './operator-olm.ts';
import { type Offers, offersOf } from './operator-packages.ts';
import type { Trace } from './operator-trace.ts';
import type { World } from './world.ts';

/** `CloudNativePG Operator` and `cloudnativepg-operator` are one. */
export function operatorSubject(written: string): Named | Misnamed {
  const name = written
    .trim()
    .replace(/^operator:/, '')
    .toLowerCase()
    .replaceAll(/[\s_]+/g, '-');
  if (!/^[a-z0-9][a-z0-9.-]{0,252}$/.test(name)) {
    const shown = written.length > 80 ? `${written.slice(0, 77)}…` : written;
    return {
      ok: false,
      message: `"${shown}" is not an operator's name: its package, Helm release, Deployment or API group`,
    };
  }
  return { ok: true, subject: `operator:${name}`, name: written.trim() };
}

/**
 * Ready means: it would act on a new object in this namespace now. Looked for by package, CSV prefix, CRD group, Helm
 * release and Deployment; every failure says what it waits for.
 */
export async function checkOperator(world: World, subject: string): Promise<Finding> {
  const name = bare(subject);
  const asked = `would the operator ${name} act on a new object in ${world.namespace} now? (OLM, ClusterOperators, CRDs, Deployments, webhooks)`;
  const ways = await Promise.all([
    fromSubscription(world, name),
    fromExtension(world, name),
    fromClusterOperator(world, name),
  ]);
  // What OLM installs shows as CRDs and Deployments, too: those speak only when nothing above does.
  const managed = ways.flatMap((way) => way.traces);
  const extension = ways[1].traces.some((trace) => trace.verdict.status === 'pass');
  const plain = managed.length > 0 && !extension ? { traces: [], unseen: [] } : await fromManifests(world, name);
  // OLM v1 says when it has put the objects there, not whether they work.
  const broken = extension ? plain.traces.filter((trace) => trace.verdict.status === 'fail') : plain.traces;
  const traces = extension && broken.length > 0 ? broken : [...managed, ...(extension ? [] : plain.traces)];
  const unseen = [...new Set([...ways.flatMap((way) => way.unseen), ...plain.unseen])];
  return { subject, asked, evidence: { traces, unseen }, ...(await conclude(world, name, traces, unseen)) };
}

async function conclude(
  world: World,
  name: string,
  traces: readonly Trace[],
  unseen: readonly string[],
): Promise<Pick<Finding, 'verdict' | 'suggestion' | 'deferrable'>> {
  const best =
    traces.find((t) => t.verdict.status === 'pass') ??
    traces.find((t) => t.verdict.status === 'fail') ??
    traces.find((t) => t.verdict.status === 'unknown');
  if (best !== undefined) {
    return {
      verdict: best.verdict,
      ...(best.verdict.status === 'unknown' ? { deferrable: true } : {}),
      ...(best.suggestion === undefined ? {} : { suggestion: best.suggestion }),
    };
  }
  if (unseen.length > 0) {
    return {
      verdict: unknown('PermissionMissing', `no trace of ${name}, but this identity may not list ${unseen.join(', ')}`),
      deferrable: true,
    };
  }
  const found = await offersOf(world, name);
  return {
    verdict: fail(
      'NotInstalled',
      `nothing of ${name} is installed: no Subscription, ClusterExtension, ClusterOperator, CRD or Deployment`,
    ),
    suggestion: suggested(found),
  };
}

function suggested(found: Offers): string {
  const [offer] = found.state === 'seen' ? found.offers : [];
  if (offer !== undefined)
    return `the package ${offer.name} is in the catalog ${offer.catalog} (default channel ${offer.channel}); mark it {name, provided_by: "plan"} when the plan installs it`;
  const near = found.state === 'seen' && found.near.length > 0 ? `; the catalogs offer ${found.near.join(', ')}` : '';
  return `name it by its package, Helm release, Deployment or API group, or mark it {name, provided_by: "plan"} when the plan installs it${near}`;
}
