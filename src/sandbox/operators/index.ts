// Real operators for a real node: built from their own Go modules, in images of ours, installed as their projects say.
// In: names, and a running sandbox with a kubelet. Out: an operator that is Available and whose webhooks answer.

import type { Api } from '../api.ts';
import type { Progress } from '../binary.ts';
import type { CrdSet } from '../crds.ts';
import type { Sandbox } from '../state.ts';
import { cnpg } from './cnpg.ts';

export type Place = { readonly api: Api; readonly sandbox: Sandbox; readonly progress: Progress };

export type Operator = {
  /** Installed before the controllers start: the garbage collector is slow to learn of kinds that come later. */
  readonly crds: readonly CrdSet[];
  /** Makes what the operator needs, or says what is missing for it. What comes back puts it into a sandbox. */
  readonly prepare: (progress: Progress) => Promise<(place: Place) => Promise<void>>;
};

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
