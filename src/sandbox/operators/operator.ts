import type { Api } from '../api.ts';
import type { CrdSet } from '../crds.ts';
import type { Progress } from '../progress.ts';
import type { Sandbox } from '../state.ts';

/** The running sandbox that an operator is put into. */
export type Place = { readonly api: Api; readonly sandbox: Sandbox; readonly progress: Progress };

export type Operator = {
  /** Installed before the controllers start: the garbage collector is slow to learn of kinds that come later. */
  readonly crds: readonly CrdSet[];
  /** Makes what the operator needs, or says what is missing for it. What comes back puts it into a sandbox. */
  readonly prepare: (progress: Progress) => Promise<(place: Place) => Promise<void>>;
};
