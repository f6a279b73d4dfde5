import type { KubeObject, ObjectMeta } from '../objects/kube-object.ts';
import { at, isRecord } from './ref.ts';

/** What every object that infragate puts into a cluster carries, so that whose it is can be told without the ledger. */
export const LABEL = {
  purpose: 'purpose',
  deployment: 'infragate.io/deployment',
  managedBy: 'app.kubernetes.io/managed-by',
  /** One bullet's own: on its Pods and in the selectors of its Services, so that two bullets don't see each other's. */
  bullet: 'infragate.io/bullet',
} as const;
export const ANNOTATION = { run: 'infragate.io/run', expires: 'infragate.io/expires' } as const;
export const TRACER = 'tracer-bullet';
export const REHEARSAL = 'rehearsal';
export const MANAGER = 'infragate';

export type Marks = Signature & {
  /** The suffix of its names. */
  readonly bullet: string;
};

export type Signature = {
  readonly deployment: string;
  readonly run: string;
  /** When whoever finds it may take it away, ISO 8601. */
  readonly expires: string;
};

/** Metadata that says what an object is for, whose it is and when it is over. */
export const signed = (metadata: ObjectMeta, purpose: typeof TRACER | typeof REHEARSAL, by: Signature): ObjectMeta => ({
  ...metadata,
  labels: {
    ...metadata.labels,
    [LABEL.purpose]: purpose,
    [LABEL.deployment]: by.deployment,
    [LABEL.managedBy]: MANAGER,
  },
  annotations: { ...metadata.annotations, [ANNOTATION.run]: by.run, [ANNOTATION.expires]: by.expires },
});

/**
 * A bullet's object with our labels and annotations, on whatever it makes too (Pods, Jobs and claims of its templates):
 * a StatefulSet's claims have no owner, so only their own labels lead to them.
 */
export function marked(object: KubeObject, marks: Marks): KubeObject {
  const spec = isRecord(object.spec) ? markedTemplates(object.spec, marks) : object.spec;
  return {
    ...object,
    metadata: markedMeta(object.metadata, marks),
    ...(spec === undefined ? {} : { spec }),
  };
}

function markedMeta(metadata: ObjectMeta, marks: Marks): ObjectMeta {
  const meta = signed(metadata, TRACER, marks);
  return { ...meta, labels: { ...meta.labels, [LABEL.bullet]: marks.bullet } };
}

const ANYTHING: Readonly<Record<string, unknown>> = {};

function markedTemplates(spec: Record<string, unknown>, marks: Marks): Record<string, unknown> {
  const marked = { ...spec };
  for (const key of ['template', 'jobTemplate']) {
    const template = spec[key];
    if (!isRecord(template) || !isRecord(template.spec) || !isTemplate(template)) continue;
    marked[key] = {
      ...template,
      metadata: markedMeta(isRecord(template.metadata) ? template.metadata : ANYTHING, marks),
      spec: markedTemplates(template.spec, marks),
    };
  }
  if (Array.isArray(spec.volumeClaimTemplates)) {
    marked.volumeClaimTemplates = spec.volumeClaimTemplates.map((claim: unknown) =>
      isRecord(claim)
        ? { ...claim, metadata: markedMeta(isRecord(claim.metadata) ? claim.metadata : ANYTHING, marks) }
        : claim,
    );
  }
  return marked;
}

/** A Pod's or a Job's; a custom resource may call something else `template`, with fields of its own. */
const isTemplate = (template: Record<string, unknown>): boolean =>
  Array.isArray(at(template, 'spec', 'containers')) || isRecord(at(template, 'spec', 'template'));

/** Is this the object that this run set out to create? */
export const isOf = (object: KubeObject, run: string): boolean =>
  object.metadata.annotations?.[ANNOTATION.run] === run && object.metadata.labels?.[LABEL.managedBy] === MANAGER;
