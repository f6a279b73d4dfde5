/**
 * What one look at the world said. `reason` is a CamelCase word programs may match, `message` a sentence for people.
 * Unknown is not pass: it blocks, and its message says what would settle it.
 * PASS, FAIL, DIVERGE, HIGH … are words of the wire and are made at the edge (src/tools).
 */
export type Status = 'pass' | 'fail' | 'unknown';

export type Verdict = { readonly status: Status; readonly reason: string; readonly message: string };

export const pass = (reason: string, message: string): Verdict => ({ status: 'pass', reason, message });
export const fail = (reason: string, message: string): Verdict => ({ status: 'fail', reason, message });
export const unknown = (reason: string, message: string): Verdict => ({ status: 'unknown', reason, message });

/** The worst of several: one fail fails, one unknown leaves it unknown; nothing at all is unknown, not pass. */
export function worst(verdicts: readonly Verdict[]): Verdict {
  return (
    verdicts.find((v) => v.status === 'fail') ??
    verdicts.find((v) => v.status === 'unknown') ??
    verdicts[0] ??
    unknown('NothingObserved', 'nothing was observed')
  );
}
