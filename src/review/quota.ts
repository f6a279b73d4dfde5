import { at, formatQuantity, isRecord, type KubeObject, parseQuantity, subtract } from '../objects/index.ts';

/** What the namespaces' quotas leave before the plan, one line a quota. */
export function quotaLeft(quotas: readonly KubeObject[]): string[] {
  return quotas.flatMap((quota) => {
    const hard = at(quota, 'status', 'hard') ?? at(quota, 'spec', 'hard');
    const used = at(quota, 'status', 'used');
    if (!isRecord(hard)) return [];
    const left = Object.entries(hard).map(([resource, most]) => {
      const [total, taken] = [
        parseQuantity(String(most)),
        parseQuantity(String(isRecord(used) ? (used[resource] ?? 0) : 0)),
      ];
      return total === undefined || taken === undefined
        ? `${resource} of ${String(most)}`
        : `${resource} ${formatQuantity(subtract(total, taken))} of ${String(most)}`;
    });
    return [`${quota.metadata.name ?? ''}: ${left.join(', ')}`];
  });
}
