import { expect, test } from 'vitest';
import { diagnoseAdmission, exceededQuota } from './admission.ts';

const said = (status: number, reason: string, message: string): string => {
  const f = diagnoseAdmission({ status, reason, message }, 'Pod/web');
  return `${f.type} ${f.reason}${f.final ? ' final' : ''}`;
};

test.each([
  [
    'a webhook that says no',
    403,
    'Forbidden',
    'admission webhook "vcluster.cnpg.io" denied the request: Cluster.postgresql.cnpg.io "pg" is invalid: spec.instances: Invalid value: 0',
    'Admission WebhookDenied final',
  ],
  [
    'a webhook that is not there',
    500,
    'InternalError',
    'Internal error occurred: failed calling webhook "vcluster.cnpg.io": failed to call webhook: Post "https://cnpg-webhook-service": no endpoints available',
    'Admission WebhookUnavailable',
  ],
  [
    'quota',
    403,
    'Forbidden',
    'pods "web" is forbidden: exceeded quota: compute, requested: pods=1, used: pods=10, limited: pods=10',
    'Quota ExceededQuota final',
  ],
  [
    'pod security',
    403,
    'Forbidden',
    'pods "web" is forbidden: violates PodSecurity "restricted:latest": runAsNonRoot != true (pod or container "web" must set securityContext.runAsNonRoot=true)',
    'Admission PodSecurity final',
  ],
  [
    'scc',
    403,
    'Forbidden',
    'pods "web" is forbidden: unable to validate against any security context constraint: [spec.containers[0].securityContext.runAsUser: Invalid value: 0]',
    'Admission SecurityContextConstraints final',
  ],
  [
    'rbac',
    403,
    'Forbidden',
    'pods is forbidden: User "dev" cannot create resource "pods" in API group "" in the namespace "shop"',
    'Permission Forbidden final',
  ],
  [
    'a policy',
    422,
    'Invalid',
    "deployments.apps \"web\" is forbidden: ValidatingAdmissionPolicy 'replicas' with binding 'replicas' denied request: too many",
    'Admission PolicyDenied final',
  ],
  [
    'an unknown field',
    400,
    'BadRequest',
    'Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: unknown field "spec.replica"',
    'Admission Invalid final',
  ],
  [
    'an invalid field',
    422,
    'Invalid',
    'Deployment.apps "web" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0',
    'Admission Invalid final',
  ],
  [
    'no such kind',
    404,
    'NotFound',
    'no matches for kind "Cluster" in version "postgresql.cnpg.io/v2"',
    'Missing NoKindMatch final',
  ],
  ['no such namespace', 404, 'NotFound', 'namespaces "shop" not found', 'Missing NamespaceNotFound final'],
  [
    'a namespace that is going',
    403,
    'Forbidden',
    'pods "web" is forbidden: unable to create new content in namespace shop because it is being terminated',
    'Missing NamespaceTerminating final',
  ],
  ['a login that has expired', 401, 'Unauthorized', 'Unauthorized', 'Permission Unauthorized final'],
  ['a server that is not there', 0, 'Unreachable', 'connect ECONNREFUSED', 'Other Unreachable'],
  ['too many requests', 429, 'TooManyRequests', 'try again later', 'Other TooManyRequests'],
  ['a name that is taken', 409, 'AlreadyExists', 'pods "web" already exists', 'Other AlreadyExists final'],
])('%s', (_, status, reason, message, expected) => {
  expect(said(status, reason, message)).toBe(expected);
});

test("the webhook's name is in what has to be done", () => {
  expect(
    diagnoseAdmission({ status: 403, reason: 'Forbidden', message: 'admission webhook "a.b.c" denied the request: no' })
      .action,
  ).toMatch(/a\.b\.c/);
});

test('the arithmetic of a quota', () => {
  expect(
    exceededQuota(
      'exceeded quota: q, requested: cpu=1,requests.nvidia.com/gpu=2, used: cpu=3,requests.nvidia.com/gpu=0, limited: cpu=3500m,requests.nvidia.com/gpu=1',
    ),
  ).toEqual({
    quota: 'q',
    requested: { cpu: '1', 'requests.nvidia.com/gpu': '2' },
    used: { cpu: '3', 'requests.nvidia.com/gpu': '0' },
    hard: { cpu: '3500m', 'requests.nvidia.com/gpu': '1' },
  });
  expect(exceededQuota('exceeded nothing')).toBeUndefined();
});
