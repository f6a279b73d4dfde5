// Real operators for a real node: built from their own Go modules, in images of ours, installed as their projects say.
// In: names, and a running sandbox with a kubelet. Out: an operator that is Available and whose webhooks answer.

import type { CrdSet } from '../crds.ts';
import type { Progress } from '../progress.ts';
import { cnpg } from './cnpg.ts';
import type { Operator, Place } from './operator.ts';

const OPERATORS = { cnpg } as const satisfies Readonly<Record<string, Operator>>;

export const OPERATOR_NAMES = ['cnpg'] as const satisfies readonly (keyof typeof OPERATORS)[];
export type OperatorName = (typeof OPERATOR_NAMES)[number];

export type Installation = { readonly name: OperatorName; readonly install: (place: Place) => Promise<void> };

export const crdsOf = (names: readonly OperatorName[]): CrdSet[] => names.flatMap((name) => OPERATORS[name].crds);

export async function prepare(names: readonly OperatorName[], progress: Progress): Promise<Installation[]> {
  const all: Installation[] = [];
  for (const name of new Set(names)) all.push({ name, install: await OPERATORS[name].prepare(progress) });
  return all;
}
