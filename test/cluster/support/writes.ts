import type { KubeObject } from '../../../src/objects/kube-object.ts';

/** Objects of many kinds, small and valid, and the writes of each: what nobody may do in a guarded namespace. */

export type Write = {
  readonly what: string;
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'GET';
  readonly path: string;
  readonly body?: unknown;
  readonly type?: string;
};

const labels = { app: 'there' };
const template = {
  metadata: { labels },
  spec: { restartPolicy: 'Always', containers: [{ name: 'main', image: 'registry.k8s.io/pause:3.9' }] },
};
const once = { ...template, spec: { ...template.spec, restartPolicy: 'Never' } };
const selector = { matchLabels: labels };

type Kind = {
  readonly api: string;
  readonly plural: string;
  readonly kind: string;
  readonly rest: Record<string, unknown>;
};

const RBAC = 'rbac.authorization.k8s.io';

export const KINDS: readonly Kind[] = [
  { api: 'apps/v1', plural: 'deployments', kind: 'Deployment', rest: { spec: { replicas: 1, selector, template } } },
  {
    api: 'apps/v1',
    plural: 'statefulsets',
    kind: 'StatefulSet',
    rest: { spec: { serviceName: 'there', replicas: 0, selector, template } },
  },
  { api: 'apps/v1', plural: 'daemonsets', kind: 'DaemonSet', rest: { spec: { selector, template } } },
  { api: 'apps/v1', plural: 'replicasets', kind: 'ReplicaSet', rest: { spec: { replicas: 0, selector, template } } },
  { api: 'batch/v1', plural: 'jobs', kind: 'Job', rest: { spec: { suspend: true, template: once } } },
  {
    api: 'batch/v1',
    plural: 'cronjobs',
    kind: 'CronJob',
    rest: { spec: { schedule: '0 0 1 1 *', jobTemplate: { spec: { template: once } } } },
  },
  { api: 'v1', plural: 'pods', kind: 'Pod', rest: { spec: template.spec } },
  { api: 'v1', plural: 'services', kind: 'Service', rest: { spec: { selector: labels, ports: [{ port: 80 }] } } },
  { api: 'v1', plural: 'configmaps', kind: 'ConfigMap', rest: { data: { key: '1' } } },
  { api: 'v1', plural: 'secrets', kind: 'Secret', rest: { data: { key: 'MQ==' } } },
  { api: 'v1', plural: 'serviceaccounts', kind: 'ServiceAccount', rest: {} },
  {
    api: 'v1',
    plural: 'persistentvolumeclaims',
    kind: 'PersistentVolumeClaim',
    rest: { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } },
  },
  { api: 'v1', plural: 'resourcequotas', kind: 'ResourceQuota', rest: { spec: { hard: { pods: '50' } } } },
  {
    api: 'v1',
    plural: 'limitranges',
    kind: 'LimitRange',
    rest: { spec: { limits: [{ type: 'Container', max: { cpu: '8' } }] } },
  },
  { api: `${RBAC}/v1`, plural: 'roles', kind: 'Role', rest: { rules: [] } },
  {
    api: `${RBAC}/v1`,
    plural: 'rolebindings',
    kind: 'RoleBinding',
    rest: {
      roleRef: { apiGroup: RBAC, kind: 'Role', name: 'there' },
      subjects: [{ apiGroup: RBAC, kind: 'User', name: 'editor' }],
    },
  },
  {
    api: 'networking.k8s.io/v1',
    plural: 'networkpolicies',
    kind: 'NetworkPolicy',
    rest: { spec: { podSelector: selector } },
  },
  {
    api: 'networking.k8s.io/v1',
    plural: 'ingresses',
    kind: 'Ingress',
    rest: { spec: { defaultBackend: { service: { name: 'there', port: { number: 80 } } } } },
  },
  {
    api: 'policy/v1',
    plural: 'poddisruptionbudgets',
    kind: 'PodDisruptionBudget',
    rest: { spec: { minAvailable: 0, selector } },
  },
  {
    api: 'autoscaling/v2',
    plural: 'horizontalpodautoscalers',
    kind: 'HorizontalPodAutoscaler',
    rest: {
      spec: {
        minReplicas: 1,
        maxReplicas: 2,
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'there' },
      },
    },
  },
];

export const objectOf = ({ api, kind, rest }: Kind, name: string): KubeObject => ({
  apiVersion: api,
  kind,
  // A ReplicaSet of none would adopt a Pod with its labels, and take it away.
  metadata: { name, labels: kind === 'Pod' ? { app: 'alone' } : labels },
  ...rest,
});

export const collection = ({ api, plural }: Pick<Kind, 'api' | 'plural'>, namespace: string): string =>
  `${api === 'v1' ? '/api/v1' : `/apis/${api}`}/namespaces/${namespace}/${plural}`;

const MERGE = 'application/merge-patch+json';

/** Create, update, patch, apply and delete of every kind; `live` are the objects called `there` as they are stored. */
export const plainWrites = (namespace: string, live: ReadonlyMap<string, KubeObject>): Write[] =>
  KINDS.flatMap((kind): Write[] => {
    const all = collection(kind, namespace);
    const there = live.get(kind.kind);
    const relabelled = { ...there, metadata: { ...there?.metadata, labels: { ...labels, by: 'the-agent' } } };
    return [
      { what: `create ${kind.kind}`, method: 'POST', path: all, body: objectOf(kind, 'another') },
      { what: `update ${kind.kind}`, method: 'PUT', path: `${all}/there`, body: relabelled },
      {
        what: `patch ${kind.kind}`,
        method: 'PATCH',
        path: `${all}/there`,
        type: MERGE,
        body: { metadata: { labels: { by: 'x' } } },
      },
      { what: `delete ${kind.kind}`, method: 'DELETE', path: `${all}/there` },
    ];
  });

/** What does not look like a write, or writes for somebody else. */
export const otherWrites = (namespace: string): Write[] => {
  const pod = `/api/v1/namespaces/${namespace}/pods/there`;
  const deployment = `/apis/apps/v1/namespaces/${namespace}/deployments/there`;
  const owner = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'there', uid: '00000000-0000-0000-0000-000000000000' }];
  const patch = (what: string, path: string, body: unknown): Write => ({
    what,
    method: 'PATCH',
    path,
    type: MERGE,
    body,
  });
  const asServiceAccount = { ...once.spec, serviceAccountName: 'there' };
  return [
    { what: 'exec', method: 'POST', path: `${pod}/exec?command=ls&container=main&stdout=true` },
    { what: 'attach', method: 'POST', path: `${pod}/attach?container=main&stdout=true` },
    { what: 'port-forward', method: 'POST', path: `${pod}/portforward?ports=80` },
    { what: 'proxy of a Pod', method: 'GET', path: `${pod}/proxy/` },
    {
      what: 'proxy of a Service',
      method: 'POST',
      path: `/api/v1/namespaces/${namespace}/services/there:80/proxy/admin`,
    },
    patch('scale', `${deployment}/scale`, { spec: { replicas: 5 } }),
    patch('scale of a StatefulSet', `/apis/apps/v1/namespaces/${namespace}/statefulsets/there/scale`, {
      spec: { replicas: 2 },
    }),
    patch('ephemeral containers', `${pod}/ephemeralcontainers`, {
      spec: { ephemeralContainers: [{ name: 'debug', image: 'busybox' }] },
    }),
    {
      what: 'eviction',
      method: 'POST',
      path: `${pod}/eviction`,
      body: { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'there', namespace } },
    },
    {
      what: 'binding',
      method: 'POST',
      path: `${pod}/binding`,
      body: {
        apiVersion: 'v1',
        kind: 'Binding',
        metadata: { name: 'there' },
        target: { kind: 'Node', name: 'node-1' },
      },
    },
    patch('status of a Deployment', `${deployment}/status`, { status: { replicas: 9 } }),
    patch('status of a Pod', `${pod}/status`, { status: { phase: 'Failed' } }),
    patch('finalizers', deployment, { metadata: { finalizers: ['example.com/never'] } }),
    patch('ownerReferences to what is not there', deployment, { metadata: { ownerReferences: owner } }),
    patch('another image', deployment, {
      spec: { template: { spec: { containers: [{ name: 'main', image: 'evil' }] } } },
    }),
    patch('restart', deployment, {
      spec: {
        template: { metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': '2026-01-01T00:00:00Z' } } },
      },
    }),
    { what: 'delete all Pods', method: 'DELETE', path: `/api/v1/namespaces/${namespace}/pods` },
    { what: 'delete all Deployments', method: 'DELETE', path: `/apis/apps/v1/namespaces/${namespace}/deployments` },
    {
      what: 'apply with force',
      method: 'PATCH',
      path: `${deployment}?fieldManager=infragate&force=true`,
      type: 'application/apply-patch+yaml',
      body: { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'there' }, spec: { replicas: 4 } },
    },
    {
      what: 'a Job that writes for the agent',
      method: 'POST',
      path: `/apis/batch/v1/namespaces/${namespace}/jobs`,
      body: {
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata: { name: 'writer' },
        spec: { template: { spec: asServiceAccount } },
      },
    },
    {
      what: 'a token of a service account there',
      method: 'POST',
      path: `/api/v1/namespaces/${namespace}/serviceaccounts/there/token`,
      body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} },
    },
    {
      what: "infragate's Lease",
      method: 'POST',
      path: `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`,
      body: { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'infragate' }, spec: {} },
    },
    {
      what: 'an Event',
      method: 'POST',
      path: `/api/v1/namespaces/${namespace}/events`,
      body: { apiVersion: 'v1', kind: 'Event', metadata: { name: 'e' }, involvedObject: { namespace }, reason: 'X' },
    },
    patch('a label of the namespace', `/api/v1/namespaces/${namespace}`, { metadata: { labels: { x: 'y' } } }),
    patch('the name label of the namespace', `/api/v1/namespaces/${namespace}`, {
      metadata: { labels: { 'kubernetes.io/metadata.name': null } },
    }),
    {
      what: 'finalize the namespace',
      method: 'PUT',
      path: `/api/v1/namespaces/${namespace}/finalize`,
      body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace }, spec: { finalizers: [] } },
    },
    { what: 'delete the namespace', method: 'DELETE', path: `/api/v1/namespaces/${namespace}` },
  ];
};

/** Of the cluster and of infragate itself: refused by RBAC, or by the policy about infragate's own objects. */
export const wayAroundWrites = (namespace: string): Write[] => {
  const policies = '/apis/admissionregistration.k8s.io/v1';
  const own = '/apis/infragate.dev/v1alpha1/namespaces/infragate-system';
  const patch = (what: string, path: string, body: unknown): Write => ({
    what,
    method: 'PATCH',
    path,
    type: MERGE,
    body,
  });
  return [
    patch('edit the policy', `${policies}/validatingadmissionpolicies/infragate-guard`, {
      spec: { failurePolicy: 'Ignore' },
    }),
    {
      what: 'delete the binding',
      method: 'DELETE',
      path: `${policies}/validatingadmissionpolicybindings/infragate-guard-${namespace}`,
    },
    { what: 'delete the policy', method: 'DELETE', path: `${policies}/validatingadmissionpolicies/infragate-guard` },
    patch('allow itself in the Phase', `${own}/phases/${namespace}`, { spec: { allow: ['editor'] } }),
    patch('open a session for itself', `${own}/phases/${namespace}`, {
      spec: { open: { mine: { credential: 'JTI=x' } } },
    }),
    { what: 'delete the Phase', method: 'DELETE', path: `${own}/phases/${namespace}` },
    {
      what: "a token of the executor's",
      method: 'POST',
      path: `/api/v1/namespaces/infragate-system/serviceaccounts/executor-${namespace}/token`,
      body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} },
    },
    {
      what: 'a webhook',
      method: 'POST',
      path: `${policies}/mutatingwebhookconfigurations`,
      body: {
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'MutatingWebhookConfiguration',
        metadata: { name: 'w' },
      },
    },
    {
      what: 'delete the kind Phase',
      method: 'DELETE',
      path: '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/phases.infragate.dev',
    },
    { what: "delete infragate's namespace", method: 'DELETE', path: '/api/v1/namespaces/infragate-system' },
  ];
};
