import type { Failure, FailureType } from './failure.ts';

/** The API server's no, as it sends it (a Status). */
export type ApiError = { readonly status: number; readonly reason: string; readonly message: string };

/** A quota's arithmetic, as admission writes it. */
export type Exceeded = {
  readonly quota: string;
  readonly requested: Readonly<Record<string, string>>;
  readonly used: Readonly<Record<string, string>>;
  readonly hard: Readonly<Record<string, string>>;
};

/** `exceeded quota: q, requested: pods=1,cpu=2, used: …, limited: …`; several, comma-separated, give the first. */
export function exceededQuota(message: string): Exceeded | undefined {
  const match =
    /exceeded quota: ([^,:]+), requested: ((?:[^,]|,(?! ))+), used: ((?:[^,]|,(?! ))+), limited: ([^\s;]+)/.exec(
      message,
    );
  if (match === null) return undefined;
  const [, quota = '', requested = '', used = '', hard = ''] = match;
  return { quota, requested: amounts(requested), used: amounts(used), hard: amounts(hard) };
}

const amounts = (list: string): Record<string, string> =>
  Object.fromEntries(
    list.split(',').flatMap((pair) => {
      const split = pair.lastIndexOf('=');
      return split < 0
        ? []
        : [
            [
              pair.slice(0, split).trim(),
              pair
                .slice(split + 1)
                .trim()
                .replace(/\.$/, ''),
            ],
          ];
    }),
  );

function quotaWords({ quota, requested, used, hard }: Exceeded): string {
  const each = Object.keys(requested).map(
    (name) => `${name}: used ${used[name] ?? '?'} of hard ${hard[name] ?? '?'}, requested ${requested[name]}`,
  );
  return `exceeded quota ${quota} (${each.join('; ')})`;
}

type Rule = {
  readonly when: RegExp;
  readonly type: FailureType;
  readonly reason: string;
  readonly action: string;
  /** It may pass by itself: a webhook that is starting, a namespace that is going. */
  readonly transient?: true;
};

/** In order: admission quotes the user's own text, so what only admission says comes first. */
const RULES: readonly Rule[] = [
  {
    when: /exceeded quota: /,
    type: 'Quota',
    reason: 'ExceededQuota',
    action: 'have the quota raised, free some of it, or ask for less',
  },
  {
    when: /failed quota: .{0,500}must specify|insufficient quota/i,
    type: 'Quota',
    reason: 'QuotaNeedsRequests',
    action: 'set the requests and limits that the quota asks for',
  },
  {
    when: /(maximum|minimum) (cpu|memory|storage|\S+) usage per|max limit to request ratio|(maximum|minimum) \S+ usage/i,
    type: 'Quota',
    reason: 'LimitRange',
    action: "keep within the namespace's LimitRange",
  },
  {
    when: /violates PodSecurity/,
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
    when: /failed calling webhook|failed to call webhook/i,
    type: 'Admission',
    reason: 'WebhookUnavailable',
    action: "bring the webhook's service back: until then nothing of this kind is admitted",
    transient: true,
  },
  {
    when: /admission webhook "[^"]+" (denied the request|attempted to modify)/,
    type: 'Admission',
    reason: 'WebhookDenied',
    action: 'change the object as the webhook says, or talk to who runs it',
  },
  {
    when: /(Validating|Mutating)AdmissionPolicy '[^']+'/,
    type: 'Admission',
    reason: 'PolicyDenied',
    action: 'change the object as the policy says, or talk to who set it',
  },
  {
    when: /no matches for kind|the server could not find the requested resource|the server doesn't have a resource type/i,
    type: 'Missing',
    reason: 'NoKindMatch',
    action: 'find out which API serves it here (cluster-reality-check), or install its CRD first',
  },
  {
    when: /being terminated/,
    type: 'Missing',
    reason: 'NamespaceTerminating',
    action: 'wait for the namespace to be gone and have it created again',
  },
  {
    when: /namespaces? "[^"]+" not found/,
    type: 'Missing',
    reason: 'NamespaceNotFound',
    action: 'have the namespace created',
  },
  {
    when: /serviceaccount "[^"]+" not found|error looking up service account/i,
    type: 'Missing',
    reason: 'ServiceAccountNotFound',
    action: 'create the service account first',
    transient: true,
  },
  {
    when: /no PriorityClass with name|no RuntimeClass|RuntimeClass "[^"]+" not found/i,
    type: 'Missing',
    reason: 'ClassNotFound',
    action: 'use a class that exists here',
  },
  {
    when: /cannot \S+ (resource|on resource)|is forbidden: User "|cannot set blockOwnerDeletion|attempting to grant RBAC permissions/,
    type: 'Permission',
    reason: 'Forbidden',
    action: 'have this permission granted, or use an identity that has it',
  },
  {
    when: /strict decoding error|unknown field "|ValidationError|is invalid: |Invalid value|Required value|Unsupported value|field is immutable/,
    type: 'Admission',
    reason: 'Invalid',
    action: 'correct the fields that the message names',
  },
];

const webhookIn = (message: string): string | undefined => /webhook "([^"]+)"/.exec(message)?.[1];

/** What the words of a rejection mean, wherever they are said: an API answer, an event, a condition. */
export function rejection(
  message: string,
): Pick<Failure, 'type' | 'reason' | 'message' | 'action' | 'final'> | undefined {
  const rule = RULES.find((r) => r.when.test(message));
  if (rule === undefined) return undefined;
  const exceeded = rule.reason === 'ExceededQuota' ? exceededQuota(message) : undefined;
  const webhook = rule.reason.startsWith('Webhook') ? webhookIn(message) : undefined;
  return {
    type: rule.type,
    reason: rule.reason,
    message: exceeded === undefined ? message : quotaWords(exceeded),
    action: webhook === undefined ? rule.action : `${rule.action} (webhook ${webhook})`,
    final: rule.transient !== true,
  };
}

/** What the API server's rejection of an object means. `object`: what was sent, as `Kind/name`. */
export function diagnoseAdmission(error: ApiError, object = ''): Failure {
  const { status, reason, message } = error;
  const known = rejection(message);
  if (known !== undefined) return { ...known, object };
  const is = (type: FailureType, why: string, action: string, final = true): Failure => ({
    type,
    reason: why,
    message,
    action,
    final,
    object,
  });
  if (reason === 'NoKindMatch')
    return is('Missing', reason, 'find out which API serves it here (cluster-reality-check)');
  if (status === 401) return is('Permission', 'Unauthorized', 'log in to the cluster again');
  if (status === 403) return is('Admission', reason || 'Forbidden', 'change the object as the message says');
  if (status === 409) return is('Other', reason || 'Conflict', 'use another name, or look at what is there already');
  if (status === 400 || status === 422)
    return is('Admission', reason || 'Invalid', 'correct the fields that the message names');
  if (status === 404) return is('Missing', reason || 'NotFound', 'find out what of it does not exist here');
  if (status === 0 || status === 429 || status >= 500) {
    return is('Other', reason || 'Unreachable', 'try again when the API server answers', false);
  }
  return is('Other', reason || 'Rejected', 'read the message');
}
