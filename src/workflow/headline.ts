import { toCleanUp } from './checks/tracer.ts';
import type { Deployment } from './deployment.ts';
import type { Instant } from './facts.ts';

/** What lists and selections show of a deployment; a ledger keeps it beside the record, so that a list folds nothing. */
export type Headline = {
  readonly component: string;
  readonly workspace: string;
  readonly cluster: string;
  readonly namespace: string;
  readonly started: Instant;
  readonly closed: '' | 'completed' | 'abandoned';
  /** Bullets or rehearsals have objects that are not known to be gone. */
  readonly leftovers: boolean;
};

export const headline = (d: Deployment): Headline => ({
  component: d.started.component,
  workspace: d.started.workspace,
  cluster: d.target.cluster,
  namespace: d.target.namespace,
  started: d.started.at,
  closed: d.closed?.how ?? '',
  leftovers: toCleanUp(d).length > 0,
});
