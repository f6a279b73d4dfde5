import { called } from '../apply/index.ts';
import type { ApiFailure } from '../cluster/index.ts';
import { diagnoseAdmission, type Failure } from '../objects/index.ts';
import type { PlacedObject } from '../workflow/index.ts';

/**
 * What the API server's no to an object means: a verdict about the cluster, a mistake in the document, or nothing at all
 * (the server wasn't there; or its webhooks can't be asked without doing it).
 */
export type Meaning =
  | { readonly kind: 'verdict'; readonly failure: Failure }
  | { readonly kind: 'mistake'; readonly message: string }
  | { readonly kind: 'unreachable' }
  | { readonly kind: 'not-judged'; readonly message: string };

/** Reasons that say: the document is wrong, whatever the cluster is like. */
const MISTAKES = new Set(['Invalid', 'BadRequest', 'NameRequired', 'NamespaceRequired']);

export function meaningOf(ref: PlacedObject, error: ApiFailure): Meaning {
  const { message, status } = error;
  if (/does not support dry run/i.test(message)) return { kind: 'not-judged', message };
  const failure = diagnoseAdmission(error, called(ref));
  if (failure.type === 'Admission' && MISTAKES.has(failure.reason)) {
    return { kind: 'mistake', message: `${called(ref)}: ${message}` };
  }
  const webhook = failure.reason === 'WebhookUnavailable';
  if (!webhook && (status === 0 || status === 401 || status === 429 || status >= 500)) return { kind: 'unreachable' };
  return { kind: 'verdict', failure: { ...failure, message: `${called(ref)}: ${failure.message}` } };
}
