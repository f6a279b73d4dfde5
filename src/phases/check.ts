import type { Verdict } from '../workflow/index.ts';

/** One thing a gate looked at, with what it saw. */
export type PhaseCheck = {
  readonly check: string;
  readonly status: 'PASS' | 'FAIL' | 'UNKNOWN';
  readonly reason: string;
  readonly message: string;
  readonly evidence?: unknown;
  /** failure tables' words: what kind of failure, and what to do. */
  readonly failure?: { readonly type: string; readonly action: string };
};

const WIRE = { pass: 'PASS', fail: 'FAIL', unknown: 'UNKNOWN' } as const;

export const phaseCheck = (
  check: string,
  verdict: Verdict,
  more: Partial<Pick<PhaseCheck, 'evidence' | 'failure'>> = {},
): PhaseCheck => ({
  check,
  status: WIRE[verdict.status],
  reason: verdict.reason,
  message: verdict.message,
  ...more,
});

/** Unknown is not pass. */
export const allPass = (checks: readonly PhaseCheck[]): boolean =>
  checks.length > 0 && checks.every((c) => c.status === 'PASS');

export const firstOpen = (checks: readonly PhaseCheck[]): PhaseCheck | undefined =>
  checks.find((c) => c.status === 'FAIL') ?? checks.find((c) => c.status === 'UNKNOWN');

export const checkLine = (c: Pick<PhaseCheck, 'check' | 'status' | 'message'>): string =>
  `${{ PASS: '✓', FAIL: '✗', UNKNOWN: '?' }[c.status]} ${c.check}: ${c.message}`;
