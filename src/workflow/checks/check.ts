import type { Deployment } from '../deployment.ts';
import type { Standing } from '../evidence.ts';
import type { Instant } from '../facts.ts';

/**
 * What leads on: a tool call, a shell command, or something only a person can do. `needs` names the arguments that only
 * the caller can write; without it the call is complete as it is.
 */
export type Fix =
  | { readonly tool: string; readonly arguments: Record<string, unknown>; readonly needs?: readonly string[] }
  | { readonly command: string }
  | { readonly person: string; readonly action: string };

export type CheckStatus = 'pass' | 'fail' | 'unknown' | 'missing' | 'stale' | 'waived';

export type Result = {
  readonly status: CheckStatus;
  readonly subject?: string;
  readonly because: string;
  readonly fix: readonly Fix[];
};

export type Check = {
  readonly name: string;
  /** What the check promises, for people. */
  readonly asks: string;
  /** A person may set it aside for a time, with a reason. Validity and approval of the plan can't be. */
  readonly waivable: boolean;
  of(d: Deployment, now: Instant): readonly Result[];
};

export const ok = (because: string, subject?: string): Result => ({
  status: 'pass',
  because,
  fix: [],
  ...(subject === undefined ? {} : { subject }),
});

export const open = (
  status: Exclude<CheckStatus, 'pass' | 'waived'>,
  because: string,
  fix: Fix[],
  subject?: string,
): Result => ({
  status,
  because,
  fix,
  ...(subject === undefined ? {} : { subject }),
});

export const call = (tool: string, d: Deployment, args: Record<string, unknown> = {}): Fix => ({
  tool,
  arguments: { deployment: d.id, ...args },
});

/** A call that the caller completes: `needs` are names of its arguments. */
export const form = (
  tool: string,
  d: Deployment,
  needs: readonly [string, ...string[]],
  args: Record<string, unknown> = {},
): Fix => ({ tool, arguments: { deployment: d.id, ...args }, needs });

export const from = (s: Standing, subject: string, fix: Fix[]): Result =>
  s.status === 'pass' ? ok(s.because, subject) : open(s.status, s.because, fix, subject);
