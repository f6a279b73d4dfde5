import { fail, pass, type Verdict } from '../workflow/index.ts';

/** One way an operator may be installed, as far as the cluster shows it. */
export type Trace = {
  /** "Subscription", "ClusterExtension", "ClusterOperator", "manifests". */
  readonly way: string;
  readonly verdict: Verdict;
  readonly evidence: unknown;
  readonly suggestion?: string;
};

export type Traces = { readonly traces: readonly Trace[]; readonly unseen: readonly string[] };

export const ready = (way: string, message: string, evidence: unknown): Trace => ({
  way,
  verdict: pass('Ready', message),
  evidence,
});

export const waits = (way: string, reason: string, message: string, evidence: unknown, suggestion?: string): Trace => ({
  way,
  verdict: fail(reason, message),
  evidence,
  ...(suggestion === undefined ? {} : { suggestion }),
});
