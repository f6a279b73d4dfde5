import { trackedBy } from '../apply/index.ts';
import type { Reader, Result } from '../cluster/index.ts';
import { at, isRecord, type KubeObject, recordsAt, textAt } from '../objects/index.ts';
import type { Preflight } from './start-deployment.answer.ts';

export type Seen = {
  readonly namespace: Result<KubeObject | undefined>;
  readonly quotas: Result<readonly KubeObject[]>;
  readonly ranges: Result<readonly KubeObject[]>;
  /** Whether its API server refuses what no approved phase names. */
  readonly guarded: boolean;
};

export async function preflightOf(reader: Reader, name: string, guarded: boolean): Promise<Preflight> {
  const items = async (kind: string): Promise<Result<readonly KubeObject[]>> => {
    const listed = await reader.list({ apiVersion: 'v1', kind }, { namespace: name });
    return listed.ok ? { ok: true, value: listed.value.items } : listed;
  };
  const [namespace, quotas, ranges] = await Promise.all([
    reader.getIfThere({ apiVersion: 'v1', kind: 'Namespace', name }),
    items('ResourceQuota'),
    items('LimitRange'),
  ]);
  return preflightFrom({ namespace, quotas, ranges, guarded });
}

/** Pure. */
export function preflightFrom({ namespace, quotas, ranges, guarded }: Seen): Preflight {
  return {
    pod_security: namespace.ok ? podSecurity(namespace.value) : unseen(namespace.error.message),
    quota: quotas.ok ? quotaLine(quotas.value) : unseen(quotas.error.message),
    limit_range: ranges.ok ? rangeLine(ranges.value) : unseen(ranges.error.message),
    guard: guardLine(namespace.ok ? namespace.value?.metadata.name : undefined, guarded),
    gitops: namespace.ok ? gitopsLine(namespace.value) : unseen(namespace.error.message),
  };
}

const unseen = (why: string): string => `can't be seen: ${why}`;

/** kubernetes.io/docs/concepts/security/pod-security-admission: one label a mode. */
function podSecurity(namespace: KubeObject | undefined): string {
  const levels = ['enforce', 'warn', 'audit'].flatMap((mode) => {
    const level = namespace?.metadata.labels?.[`pod-security.kubernetes.io/${mode}`];
    return level === undefined ? [] : [`${mode} ${level}`];
  });
  return levels.length === 0 ? "no level is set on the namespace: the cluster's default holds" : levels.join(', ');
}

const MAX_AMOUNTS = 6;

function quotaLine(quotas: readonly KubeObject[]): string {
  if (quotas.length === 0) return 'none';
  return quotas
    .map((quota) => {
      const hard = at(quota, 'status', 'hard') ?? at(quota, 'spec', 'hard');
      const amounts = isRecord(hard) ? Object.entries(hard) : [];
      const shown = amounts
        .slice(0, MAX_AMOUNTS)
        .map(([name, amount]) => `${name} ${String(at(quota, 'status', 'used', name) ?? '0')}/${String(amount)}`);
      const more = amounts.length > MAX_AMOUNTS ? `, and ${amounts.length - MAX_AMOUNTS} more` : '';
      return `${quota.metadata.name}: ${shown.join(', ')}${more}`;
    })
    .join('; ');
}

function rangeLine(ranges: readonly KubeObject[]): string {
  if (ranges.length === 0) return 'none';
  return ranges
    .map((range) => {
      const limits = recordsAt(range, 'spec', 'limits').map((limit) => {
        const kinds = ['default', 'defaultRequest', 'min', 'max'].filter((field) => isRecord(limit[field]));
        return `${textAt(limit, 'type')} ${kinds.join(', ')}`;
      });
      return `${range.metadata.name}: ${limits.join('; ')}`;
    })
    .join('; ');
}

function gitopsLine(namespace: KubeObject | undefined): string {
  const tracker = namespace === undefined ? undefined : trackedBy(namespace);
  return tracker === undefined
    ? 'the namespace is marked by no GitOps tool'
    : `the namespace is kept by ${tracker.by} (${tracker.via}): it may undo what is applied here`;
}

const guardLine = (name: string | undefined, guarded: boolean): string =>
  guarded
    ? 'the API server refuses what no approved phase names; commands of a plan may not write here'
    : `not guarded: whoever may write here can go around infragate; a person changes that with infragate cluster guard ${name ?? 'NAMESPACE'}`;
