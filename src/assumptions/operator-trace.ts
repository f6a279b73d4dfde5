import { fail, pass, type Verdict } from '../workflow/index.ts';

/** One way an operator may be installed, as far as the cluster shows it. */
export type Trace = {
  /** "Subscription", "ClusterExtension", "ClusterOperator", "manifests". */
  readonly way: string;
  readonly verdict: Verdict;
  readonly evidence: unknown;
  /** What to do; of what waits it ends with a command to type. */
  readonly suggestion?: string;
};

export type Traces = { readonly traces: readonly Trace[]; readonly unseen: readonly string[] };

/** Something about an operator that works all the same, and the command that shows it or puts it right. */
export type Note = { readonly message: string; readonly next: string };

export function ready(way: string, message: string, evidence: unknown, notes: readonly Note[] = []): Trace {
  const [first] = notes;
  return {
    way,
    verdict: pass('Ready', [message, ...notes.map((note) => note.message)].join('; but ')),
    evidence,
    ...(first === undefined ? {} : { suggestion: first.next }),
  };
}

export const waits = (way: string, reason: string, message: string, evidence: unknown, suggestion: string): Trace => ({
  way,
  verdict: fail(reason, message),
  evidence,
  suggestion,
});

/** `kubectl get csv x -n y`, after what it is for. */
export const toType = (what: string, ...command: readonly string[]): string => `${what}: kubectl ${command.join(' ')}`;
