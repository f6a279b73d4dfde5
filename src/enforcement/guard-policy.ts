import type { KubeObject } from '../objects/kube-object.ts';
import { CONTROLLERS_ANNOTATIONS, DEEPEST } from './expected.ts';
import { API_VERSION, bindingName, GUARD, HOME, MANAGED } from './names.ts';

/**
 * The policy of a guarded namespace, as data: whose writes pass, and what the executor's must leave. It is bound once
 * for each namespace, by the label with its name that the API server itself keeps on it; there is no label to take off.
 */

const list = (values: readonly string[]): string => `[${values.map((v) => JSON.stringify(v)).join(', ')}]`;

/** The cluster's own work, whatever is guarded: its components, controllers, nodes and what the admin confirmed. */
const OWN = [
  `request.userInfo.username in ${list(['system:apiserver', 'system:kube-controller-manager', 'system:kube-scheduler', 'system:cloud-controller-manager'])}`,
  `request.userInfo.username.startsWith('system:serviceaccount:kube-system:')`,
  `(request.userInfo.username.startsWith('system:node:') && 'system:nodes' in request.userInfo.groups)`,
  `request.userInfo.username in params.spec.allow`,
].join(' || ');

/** The value at a path of up to DEEPEST steps: CEL has no loop over a path. */
const nodeAt = (path: string): string => {
  const reach = (depth: number): string =>
    `object${Array.from({ length: depth }, (_, i) => `[${path}[${i}]]`).join('')}`;
  let expression = reach(DEEPEST);
  for (let depth = DEEPEST - 1; depth >= 0; depth--)
    expression = `size(${path}) == ${depth} ? ${reach(depth)} : (${expression})`;
  return `(${expression})`;
};

const EQUAL = [
  `e.keys.all(k, k.needed.all(n, n in ${nodeAt('k.at')}) && ${nodeAt('k.at')}.all(n, n in k.allowed))`,
  `e.?lengths.orValue([]).all(l, size(${nodeAt('l.at')}) == l.length)`,
  `e.parts.all(p, ${nodeAt('p.at')} == p.value)`,
  `e.?annotations.orValue({}).all(n, n in variables.annotations && variables.annotations[n] == e.annotations[n])`,
  `variables.annotations.all(n, n in e.?annotations.orValue({}) || n in e.?open_annotations.orValue([]) || ${list(CONTROLLERS_ANNOTATIONS)}.exists(c, n.startsWith(c)))`,
].join(' && ');

const VARIABLES: readonly (readonly [string, string])[] = [
  ['frozen', `params.spec.?frozen.orValue('') != ''`],
  ['breakGlass', `params.spec.break_glass in request.userInfo.groups`],
  ['credential', `request.userInfo.?extra['authentication.kubernetes.io/credential-id'].orValue([''])[0]`],
  [
    'sessions',
    `request.userInfo.username == params.spec.executor ? params.spec.?open.orValue({}).map(s, params.spec.open[s]).filter(s, s.credential == variables.credential) : []`,
  ],
  [
    'name',
    `request.?name.orValue('') != '' ? request.name : (object == null ? '' : object.metadata.?name.orValue(''))`,
  ],
  ['group', `request.resource.?group.orValue('')`],
  ['sub', `request.?subResource.orValue('')`],
  [
    'entries',
    `variables.sessions.map(s, s.?objects.orValue([]).filter(e, e.group == variables.group && e.resource == request.resource.resource && e.?subresource.orValue('') == variables.sub))`,
  ],
  ['annotations', `object == null ? {} : object.?metadata.annotations.orValue({})`],
  [
    'approved',
    `variables.entries.exists(l, l.exists(e, request.operation == 'DELETE' ? e.?deletes.orValue(false) && oldObject != null && e.?uid.orValue('') == oldObject.metadata.uid : request.operation in ['CREATE', 'UPDATE'] && !e.?deletes.orValue(false) && e.name == variables.name && ${EQUAL}))`,
  ],
  [
    'lease',
    `size(variables.sessions) > 0 && variables.group == 'coordination.k8s.io' && request.resource.resource == 'leases' && variables.name == 'infragate'`,
  ],
  [
    'connects',
    `request.operation == 'CONNECT' && (variables.sub == 'proxy' && size(variables.sessions) > 0 || variables.sessions.exists(s, s.?connects.orValue(false)))`,
  ],
  [
    'what',
    `request.operation.lowerAscii() + ' ' + request.resource.resource + (variables.sub == '' ? '' : '/' + variables.sub) + (variables.name == '' ? '' : ' ' + variables.name)`,
  ],
  ['deployment', `params.spec.?standing.deployment.orValue('')`],
  ['where', `'kubectl -n ${HOME} get phase ' + params.spec.namespace + ' -o yaml'`],
  [
    'why',
    `variables.frozen ? 'it is frozen: ' + params.spec.frozen : request.userInfo.username != params.spec.executor ? 'only what a person approved passes, applied by infragate' : size(variables.sessions) == 0 ? 'no phase is open for this credential' : request.operation == 'CONNECT' ? 'the open phase opens no connection' : variables.entries.exists(l, l.exists(e, e.?name.orValue('') == variables.name || e.?uid.orValue('') == (oldObject == null ? '' : oldObject.metadata.uid))) ? 'it is not what was approved of this object' : 'the open phase does not name this object'`,
  ],
];

const MESSAGE = `'infragate guards the namespace ' + params.spec.namespace + ': ' + request.userInfo.username + ' may not ' + variables.what + ': ' + variables.why + '. ' + (variables.deployment == '' ? 'No deployment is open here. Start one with start-deployment' : 'Deployment ' + variables.deployment + ' is at gate ' + params.spec.?standing.gate.orValue('?') + '. Look: infragate status ' + variables.deployment) + ', or ' + variables.where + ' [version ' + params.metadata.resourceVersion + ']'`;

export const guardPolicy = (): KubeObject => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingAdmissionPolicy',
  metadata: { name: GUARD, labels: MANAGED },
  spec: {
    failurePolicy: 'Fail',
    paramKind: { apiVersion: API_VERSION, kind: 'Phase' },
    matchConstraints: {
      matchPolicy: 'Equivalent',
      resourceRules: [
        {
          apiGroups: ['*'],
          apiVersions: ['*'],
          operations: ['CREATE', 'UPDATE', 'DELETE', 'CONNECT'],
          resources: ['*/*'],
          scope: 'Namespaced',
        },
        {
          apiGroups: [''],
          apiVersions: ['*'],
          operations: ['CREATE', 'UPDATE', 'DELETE'],
          resources: ['namespaces', 'namespaces/*'],
          scope: '*',
        },
      ],
    },
    matchConditions: [
      { name: 'stores-something', expression: '!request.?dryRun.orValue(false)' },
      {
        name: 'is-no-question',
        expression: `!(request.resource.?group.orValue('') in ['authorization.k8s.io', 'authentication.k8s.io'])`,
      },
      { name: 'is-not-the-clusters-own-work', expression: `!(${OWN})` },
    ],
    variables: VARIABLES.map(([name, expression]) => ({ name, expression })),
    validations: [
      {
        expression:
          'variables.breakGlass || variables.lease || (!variables.frozen && (variables.approved || variables.connects))',
        messageExpression: MESSAGE,
        reason: 'Forbidden',
      },
    ],
    auditAnnotations: [
      {
        key: 'break-glass',
        valueExpression: `variables.breakGlass ? request.userInfo.username + ': ' + variables.what : ''`,
      },
    ],
  },
});

export const guardBinding = (namespace: string): KubeObject => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingAdmissionPolicyBinding',
  metadata: { name: bindingName(namespace), labels: MANAGED },
  spec: {
    policyName: GUARD,
    paramRef: { name: namespace, namespace: HOME, parameterNotFoundAction: 'Deny' },
    matchResources: {
      matchPolicy: 'Equivalent',
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
    },
    validationActions: ['Deny'],
  },
});
