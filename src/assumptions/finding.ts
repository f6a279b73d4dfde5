import type { Action, ApiFailure } from '../cluster/index.ts';
import type { ConfigAnswer } from '../images/index.ts';
import { type ItemKind, unknown, type Verdict } from '../workflow/index.ts';

/** What was found out about one assumption. The tools make an observation and a line of the answer from it. */
export type Finding = {
  readonly subject: string;
  readonly verdict: Verdict;
  /** What was asked of the world, in a sentence. */
  readonly asked: string;
  /** What came back: JSON, without Secrets' values. Kept by its digest. */
  readonly evidence: unknown;
  /** It is there, but not as assumed: the right spelling, in the words of the item's kind. */
  readonly diverges?: string;
  readonly suggestion?: string;
  /** Unknown from here, but a bullet on the cluster can settle it. */
  readonly deferrable?: boolean;
  /** What that bullet could be made of. */
  readonly minimal_spec?: string;
  readonly facet?: 'installable' | 'capacity';
  readonly uid?: string;
  /** Of an image, when it was asked for. */
  readonly config?: ConfigAnswer;
};

/** A kind of item that the reality check looks at. */
export type CheckedKind = Extract<ItemKind, 'api' | 'image' | 'operator' | 'configuration'>;

export type Named = { readonly ok: true; readonly subject: string; readonly name: string };
export type Misnamed = { readonly ok: false; readonly message: string };

/** `api:apps/v1/Deployment` → `apps/v1/Deployment`. */
export const bare = (subject: string): string => subject.slice(subject.indexOf(':') + 1);

export const permissionName = ({ verb, group, resource, namespace }: Action): string =>
  `${verb} ${resource}${group === '' ? '' : `.${group}`}${namespace === undefined ? '' : ` in ${namespace}`}`;

/**
 * A question that the API server did not answer is never a no. What this identity may not see a bullet may show
 * (deferrable); a server that did not answer at all is to be asked again.
 */
export function unanswered(error: ApiFailure, needs: Action): { verdict: Verdict; deferrable?: boolean } {
  if (error.status === 403) {
    return {
      verdict: unknown('PermissionMissing', `this identity may not ${permissionName(needs)}, so it can't be seen`),
      deferrable: true,
    };
  }
  return { verdict: unknown(error.reason, `the API server did not answer: ${error.message}`) };
}
