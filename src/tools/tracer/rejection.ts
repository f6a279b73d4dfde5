import { called } from '../../apply/index.ts';
import type { ApiFailure } from '../../cluster/index.ts';
import type { PlacedObject } from '../../workflow/index.ts';

/** The failure types of an answer. */
export const FAILURE_TYPES = [
  'Admission',
  'ImagePull',
  'Scheduling',
  'Crash',
  'Quota',
  'Storage',
  'Timeout',
  'Missing',
  'Permission',
  'Other',
] as const;
export type FailureType = (typeof FAILURE_TYPES)[number];

export type Failure = {
  readonly type: FailureType;
  readonly reason: string;
  readonly message: string;
  readonly action: string;
};

/**
 * What the API server's no to an object means: a verdict about the cluster, a mistake in the document, or nothing at all
 * (the server wasn't there; or its webhooks can't be asked without doing it).
 */
export type Meaning =
  | { readonly kind: 'verdict'; readonly failure: Failure }
  | { readonly kind: 'mistake'; readonly message: string }
  | { readonly kind: 'unreachable' }
  | { readonly kind: 'not-judged'; readonly message: string };

type Rule = {
  readonly when: RegExp;
  readonly type: FailureType;
  reason: string;
  readonly action: string;
};

/** In order: admission quotes the user's own text, so what only admission says comes first. */
const RULES: readonly Rule[] = [
  {
    when: /exceeded quota/i,
    type: 'Quota',
    reason: 'ExceededQuota',
    action: 'have the quota raised, free some of it, or ask for less',
  },
  {
    when: /insufficient quota|must specify (limits|requests)|failed quota/i,
    type: 'Quota',
    reason: 'QuotaNeedsRequests',
    action: 'set the requests and limits that the quota asks for',
  },
  {
    when: /(maximum|minimum) (cpu|memory|storage|\S+) usage per|max limit to request ratio/i,
    type: 'Quota',
    reason: 'LimitRange',
    action: "keep within the namespace's LimitRange",
  },
  {
    when: /violates PodSecurity/i,
    type: 'Admission',
    reason: 'PodSecurity',
    action: "meet the namespace's Pod Security level (the message lists what), or have the level changed",
  },
  {
    when: /unable to validate against any security context constraint/i,
    type: 'Admission',
    reason: 'SecurityContextConstraints',
    action: 'run within the restricted SCC, or have one granted to the service account',
  },
  {
    when: /admission webhook "[^"]+" denied the request/i,
    type: 'Admission',
    reason: 'WebhookDenied',
    action: 'change the object as the webhook says, or talk to who runs it',
  },
  {
    when: /ValidatingAdmissionPolicy '[^']+'/i,
    type: 'Admission',
    reason: 'PolicyDenied',
    action: 'change the object as the policy says, or talk to who set it',
  },
  {
    when: /failed calling webhook "[^"]+"|failed to call webhook/i,
    type: 'Admission',
    reason: 'WebhookUnavailable',
    action: "bring the webhook's service back: until then nothing of this kind is admitted",
  },
];

export function meaningOf(ref: PlacedObject, error: ApiFailure): Meaning {
  const { message, reason, status } = error;
  const verdict = (type: FailureType, why: string, action: string): Meaning => ({
    kind: 'verdict',
    failure: { type, reason: why, message: `${called(ref)}: ${message}`, action },
  });
  if (/does not support dry run/i.test(message)) return { kind: 'not-judged', message };
  const rule = RULES.find((r) => r.when.test(message));
  if (rule !== undefined) return verdict(rule.type, rule.reason, rule.action);
  if (reason === 'NoKindMatch') {
    return verdict('Missing', 'NoKindMatch', 'find out which API serves it here (cluster-reality-check)');
  }
  if (status === 403 && /cannot \w+ resource/.test(message)) {
    return verdict('Permission', 'Forbidden', 'have this permission granted, or use an identity that has it');
  }
  if (status === 401) return { kind: 'unreachable' };
  if (status === 404 && /namespaces? "/.test(message)) {
    return verdict('Missing', 'NamespaceNotFound', 'have the namespace created');
  }
  if (/being terminated/.test(message))
    return verdict('Missing', 'NamespaceTerminating', 'wait for the namespace to be gone and have it created again');
  if (status === 400 || status === 422 || reason === 'NameRequired' || reason === 'NamespaceRequired') {
    return { kind: 'mistake', message: `${called(ref)}: ${message}` };
  }
  if (status === 403) return verdict('Admission', reason, 'change the object as the message says');
  if (status === 0 || status === 429 || status >= 500) return { kind: 'unreachable' };
  return verdict('Other', reason, 'read the message');
}
