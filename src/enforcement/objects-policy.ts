import type { KubeObject } from '../objects/kube-object.ts';
import { APPROVALS, GROUP, HOME, MANAGED, OBJECTS, RELEASED, VERSION } from './names.ts';

/** Who may change what of infragate's own objects, and who is written down as an approver. Data. */

const isKind = (resource: string): string =>
  `(request.resource.group == '${GROUP}' && request.resource.resource == '${resource}')`;

/** Everything of a Phase but what the server keeps in it: whether it is open, and where the deployment stands. */
const GOVERNED = ['namespace', 'executor', 'allow', 'break_glass', 'frozen', 'proving'];

const may = (verb: string, resource: string): string =>
  `authorizer.group('${GROUP}').resource('${resource}').namespace(request.namespace).check('${verb}').allowed()`;

export const objectsPolicy = (): KubeObject => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingAdmissionPolicy',
  metadata: { name: OBJECTS, labels: MANAGED },
  spec: {
    failurePolicy: 'Fail',
    matchConstraints: {
      resourceRules: [
        {
          apiGroups: [GROUP],
          apiVersions: ['*'],
          operations: ['CREATE', 'UPDATE', 'DELETE'],
          resources: ['*'],
        },
        {
          apiGroups: [''],
          apiVersions: ['v1'],
          operations: ['DELETE'],
          resources: ['namespaces'],
          resourceNames: [HOME],
        },
        {
          apiGroups: ['apiextensions.k8s.io'],
          apiVersions: ['v1'],
          operations: ['DELETE'],
          resources: ['customresourcedefinitions'],
          resourceNames: [`phases.${GROUP}`],
        },
      ],
    },
    validations: [
      {
        expression: `request.operation != 'DELETE' || (${isKind('changes')} || ${isKind('approvals')}) || oldObject.?metadata.annotations[?'${RELEASED}'].hasValue()`,
        message: `it guards namespaces: infragate cluster release NAMESPACE, or infragate cluster uninstall, takes it away in the order that locks nobody out`,
        reason: 'Forbidden',
      },
      {
        expression: `!(${isKind('phases')} && request.operation == 'UPDATE') || ${JSON.stringify(GOVERNED)}.all(f, f in dyn(object).spec ? f in dyn(oldObject).spec && dyn(object).spec[f] == dyn(oldObject).spec[f] : !(f in dyn(oldObject).spec)) || ${may('govern', 'phases')}`,
        message: `who is allowed, who breaks glass and whether it is frozen are changed by a person with the verb "govern" on phases.${GROUP}`,
        reason: 'Forbidden',
      },
      {
        expression: `!(${isKind('approvals')} && request.operation == 'UPDATE') || dyn(object).spec == dyn(oldObject).spec`,
        message: 'a decision is not changed: decide again, in another Approval',
        reason: 'Forbidden',
      },
      {
        expression: `!(${isKind('approvals')} && request.operation == 'CREATE') || ${may('approve', 'changes')}`,
        message: `an Approval is made by somebody with the verb "approve" on changes.${GROUP}`,
        reason: 'Forbidden',
      },
      {
        expression: `!(${isKind('approvals')} && request.operation == 'CREATE') || (dyn(object).spec.?approver.orValue('') == request.userInfo.username && dyn(object).spec.requester != request.userInfo.username)`,
        message: 'who asked for a change does not approve it, and the approver is the one who makes the Approval',
        reason: 'Forbidden',
      },
    ],
  },
});

const binding = (kind: string, name: string, more: Readonly<Record<string, unknown>>): KubeObject => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind,
  metadata: { name, labels: MANAGED },
  spec: { policyName: name, ...more },
});

export const objectsBinding = (): KubeObject =>
  binding('ValidatingAdmissionPolicyBinding', OBJECTS, { validationActions: ['Deny'] });

export const approverPolicy = (): KubeObject => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'MutatingAdmissionPolicy',
  metadata: { name: APPROVALS, labels: MANAGED },
  spec: {
    failurePolicy: 'Fail',
    reinvocationPolicy: 'Never',
    matchConstraints: {
      resourceRules: [{ apiGroups: [GROUP], apiVersions: [VERSION], operations: ['CREATE'], resources: ['approvals'] }],
    },
    mutations: [
      {
        patchType: 'JSONPatch',
        jsonPatch: {
          expression: `[JSONPatch{op: 'add', path: '/spec/approver', value: request.userInfo.username}]`,
        },
      },
    ],
  },
});

export const approverBinding = (): KubeObject => binding('MutatingAdmissionPolicyBinding', APPROVALS, {});
