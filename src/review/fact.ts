/**
 * One thing that an approver should know of an object or a command. `danger`: 3 leaves the namespace, the node or the
 * rights that a workload has; 2 opens, deletes or replaces something; 1 is worth a look; 0 is what it is.
 */
export type Danger = 0 | 1 | 2 | 3;
export type Fact = { readonly text: string; readonly danger: Danger };

export const fact = (danger: Danger, text: string): Fact => ({ text, danger });

/** Most dangerous first, each once; equal ones stay in the order of the object. */
export function ranked(facts: readonly Fact[]): Fact[] {
  const most = new Map<string, Fact>();
  for (const one of facts) if ((most.get(one.text)?.danger ?? -1) < one.danger) most.set(one.text, one);
  return [...most.values()].sort((a, b) => b.danger - a.danger);
}

const ALL: readonly Danger[] = [3, 2, 1, 0];

export const worstOf = (dangers: readonly Danger[]): Danger => ALL.find((d) => dangers.includes(d)) ?? 0;

export const dangerOf = (facts: readonly Fact[]): Danger => worstOf(facts.map((one) => one.danger));
