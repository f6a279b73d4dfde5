import { conditionsOf, isRecord, type KubeObject, type ManagedFields, numberAt } from '../kube-object.ts';

const timeOf = ({ time }: ManagedFields): number => Date.parse(time ?? '') || 0;

/**
 * Was the spec of an object whose controller writes no observedGeneration changed after its status was last written? Then
 * the status is about the spec before. The API server notes in managedFields who wrote what, and when. A writer of the
 * status who also completes the spec is the controller itself. Answers when the spec was written, in ms since 1970.
 */
export function changedSince({ metadata, status, ...object }: KubeObject): number | undefined {
  const whole: KubeObject = { ...object, apiVersion: object.apiVersion, kind: object.kind, metadata, status };
  const observes =
    numberAt(whole, 'status', 'observedGeneration') !== undefined ||
    conditionsOf(whole).some((c) => c.observedGeneration !== undefined);
  if (observes) return undefined;
  const fields = metadata.managedFields ?? [];
  const ofStatus = fields.filter(writesStatus);
  if (ofStatus.length === 0) return undefined;
  const controllers = new Set(ofStatus.map((f) => f.manager));
  const ofSpec = fields.filter(
    (f) => f.subresource === undefined && !writesStatus(f) && !controllers.has(f.manager) && writesSpec(f),
  );
  const written = Math.max(0, ...ofSpec.map(timeOf));
  return written > Math.max(...ofStatus.map(timeOf)) ? written : undefined;
}

/** Of a kind without the subresource, the status is written as any other field. */
const writesStatus = ({ subresource, fieldsV1 }: ManagedFields): boolean =>
  subresource === 'status' || (isRecord(fieldsV1) && 'f:status' in fieldsV1);

/** An entry without its fields may be about anything. */
const writesSpec = ({ fieldsV1 }: ManagedFields): boolean => !isRecord(fieldsV1) || 'f:spec' in fieldsV1;
