import { expect, test } from 'vitest';
import { redact } from '../redaction/index.ts';
import { meaningOf } from './rejection.ts';

const ref = { apiVersion: 'v1', kind: 'Pod', namespace: 'n', name: 'p' };
const said = (status: number, reason: string, message: string) => {
  const meaning = meaningOf(ref, { status, reason, message });
  return meaning.kind === 'verdict' ? `${meaning.failure.type}/${meaning.failure.reason}` : meaning.kind;
};

/** What API servers and webhooks really say. */
test.each([
  [
    403,
    'Forbidden',
    'pods "p" is forbidden: exceeded quota: q, requested: pods=1, used: pods=0, limited: pods=0',
    'Quota/ExceededQuota',
  ],
  [
    403,
    'Forbidden',
    'pods "p" is forbidden: failed quota: q: must specify limits.cpu for: c',
    'Quota/QuotaNeedsRequests',
  ],
  [403, 'Forbidden', 'pods "p" is forbidden: maximum cpu usage per Container is 1, but limit is 2', 'Quota/LimitRange'],
  [
    403,
    'Forbidden',
    'pods "p" is forbidden: violates PodSecurity "restricted:latest": runAsNonRoot != true',
    'Admission/PodSecurity',
  ],
  [
    403,
    'Forbidden',
    'pods "p" is forbidden: unable to validate against any security context constraint: [...]',
    'Admission/SecurityContextConstraints',
  ],
  [
    400,
    'BadRequest',
    'admission webhook "policy.sigstore.dev" denied the request: validation failed: unsigned',
    'Admission/WebhookDenied',
  ],
  [
    422,
    'Invalid',
    'admission webhook "v.cnpg.io" denied the request: Cluster is invalid: spec.storage: Required',
    'Admission/WebhookDenied',
  ],
  [
    422,
    'Invalid',
    "pods \"p\" is forbidden: ValidatingAdmissionPolicy 'registries' with binding 'b' denied request: no",
    'Admission/PolicyDenied',
  ],
  [
    500,
    'InternalError',
    'Internal error occurred: failed calling webhook "v.x": connect: connection refused',
    'Admission/WebhookUnavailable',
  ],
  [
    403,
    'Forbidden',
    'pods is forbidden: User "dev" cannot create resource "pods" in API group "" in the namespace "n"',
    'Permission/Forbidden',
  ],
  [404, 'NoKindMatch', 'the cluster serves no kind Foo in x/v1', 'Missing/NoKindMatch'],
  [404, 'NotFound', 'namespaces "n" not found', 'Missing/NamespaceNotFound'],
  [
    400,
    'BadRequest',
    'Pod in version "v1" cannot be handled as a Pod: strict decoding error: unknown field "spec.x"',
    'mistake',
  ],
  [422, 'Invalid', 'Pod "p" is invalid: spec.containers: Required value', 'mistake'],
  [400, 'BadRequest', 'admission webhook "x" does not support dry run', 'not-judged'],
  [0, 'Unreachable', 'connect ECONNREFUSED', 'unreachable'],
  [503, 'ServiceUnavailable', 'the server is currently unable to handle the request', 'unreachable'],
  [401, 'Unauthorized', 'Unauthorized', 'unreachable'],
])('%i %s: %s', (status, reason, message, meaning) => {
  expect(said(status, reason, message)).toBe(meaning);
});

test('what looks like a credential in a log is not kept', () => {
  const log = [
    'connecting to postgres://app:s3cret@db:5432',
    'Authorization: Bearer abcdef123456',
    'PASSWORD=hunter2hunter2 retries=3',
    'token: "sha256~AAAAAAAAAAAAAAAAAAAAAAAA"',
    'jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc',
  ].join('\n');
  const clean = redact(log);
  for (const secret of ['s3cret', 'abcdef123456', 'hunter2', 'AAAAAAAA', 'eyJzdWIi'])
    expect(clean).not.toContain(secret);
  expect(clean).toContain('retries=3');
  expect(clean).toContain('@db:5432');
});
