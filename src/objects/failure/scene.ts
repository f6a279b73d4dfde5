import type { KubeEvent, KubeObject } from '../kube-object.ts';
import type { When } from './failure.ts';

/** One container of a Pod, and what is said of the Pod. */
export type Scene = {
  readonly pod: KubeObject;
  readonly about: readonly KubeEvent[];
  readonly container: Record<string, unknown>;
  readonly name: string;
  readonly init: boolean;
  /** Its owner makes another Pod in its place. */
  readonly replaced: boolean;
  readonly when: When;
};

export const named = ({ init, name }: Scene): string => `${init ? 'init container' : 'container'} ${name}`;
