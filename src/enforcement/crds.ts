import type { KubeObject } from '../objects/kube-object.ts';
import { GROUP, MANAGED, VERSION } from './names.ts';

/** The three kinds of infragate.dev, as data. */

type Schema = Readonly<Record<string, unknown>>;

const text: Schema = { type: 'string' };
const texts: Schema = { type: 'array', items: text };
const anything: Schema = { 'x-kubernetes-preserve-unknown-fields': true };
const object = (properties: Readonly<Record<string, Schema>>, required: readonly string[] = []): Schema => ({
  type: 'object',
  properties,
  ...(required.length === 0 ? {} : { required }),
});
const listOf = (items: Schema): Schema => ({ type: 'array', items });

/** What one session of the server may write: the credential it holds, and the objects as the dry run left them. */
const session = object({
  credential: text,
  anchor: text,
  deployment: text,
  run: text,
  /** When its credential ends. */
  until: text,
  connects: { type: 'boolean' },
  objects: listOf(
    object({
      group: text,
      resource: text,
      subresource: text,
      name: text,
      deletes: { type: 'boolean' },
      uid: text,
      parts: listOf(object({ at: listOf(anything), value: anything })),
      keys: listOf(object({ at: listOf(anything), needed: texts, allowed: texts })),
      lengths: listOf(object({ at: listOf(anything), length: { type: 'integer' } })),
      annotations: { type: 'object', additionalProperties: text },
      open_annotations: texts,
      left_out: texts,
    }),
  ),
});

const phase = object(
  {
    spec: object(
      {
        namespace: text,
        executor: text,
        allow: texts,
        break_glass: text,
        frozen: text,
        standing: object({ deployment: text, gate: text, look: text }),
        proving: { type: 'boolean' },
        open: { type: 'object', additionalProperties: session },
      },
      ['namespace', 'executor', 'allow', 'break_glass'],
    ),
  },
  ['spec'],
);

const change = object(
  {
    spec: object(
      {
        deployment: text,
        component: text,
        namespace: text,
        requester: text,
        plan_digest: text,
        review_digest: text,
      },
      ['deployment', 'component', 'requester'],
    ),
    status: object({ stage: text, gates: text, phase: text, look: text }),
  },
  ['spec'],
);

const approval = object(
  {
    spec: object(
      {
        change: text,
        requester: text,
        plan_digest: { type: 'string', minLength: 64 },
        review_digest: { type: 'string', minLength: 64 },
        decision: { type: 'string', enum: ['approve', 'revise', 'reject'] },
        remark: { type: 'string', maxLength: 2000 },
        approver: text,
      },
      ['change', 'requester', 'plan_digest', 'review_digest', 'decision'],
    ),
  },
  ['spec'],
);

type Column = { readonly name: string; readonly jsonPath: string };

const crd = (kind: string, schema: Schema, columns: readonly Column[], status = false): KubeObject => {
  const plural = `${kind.toLowerCase()}s`;
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${GROUP}`, labels: MANAGED },
    spec: {
      group: GROUP,
      scope: 'Namespaced',
      names: { kind, listKind: `${kind}List`, plural, singular: kind.toLowerCase() },
      versions: [
        {
          name: VERSION,
          served: true,
          storage: true,
          schema: { openAPIV3Schema: schema },
          ...(status ? { subresources: { status: {} } } : {}),
          additionalPrinterColumns: columns.map((column) => ({ ...column, type: 'string' })),
        },
      ],
    },
  };
};

export const crds = (): readonly KubeObject[] => [
  crd('Phase', phase, [
    { name: 'Deployment', jsonPath: '.spec.standing.deployment' },
    { name: 'Gate', jsonPath: '.spec.standing.gate' },
    { name: 'Frozen', jsonPath: '.spec.frozen' },
  ]),
  crd(
    'Change',
    change,
    [
      { name: 'Component', jsonPath: '.spec.component' },
      { name: 'Target', jsonPath: '.spec.namespace' },
      { name: 'Stage', jsonPath: '.status.stage' },
      { name: 'Gates', jsonPath: '.status.gates' },
      { name: 'Requester', jsonPath: '.spec.requester' },
    ],
    true,
  ),
  crd('Approval', approval, [
    { name: 'Change', jsonPath: '.spec.change' },
    { name: 'Decision', jsonPath: '.spec.decision' },
    { name: 'Approver', jsonPath: '.spec.approver' },
  ]),
];
