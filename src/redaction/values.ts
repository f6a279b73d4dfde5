import { isRecord, type KubeObject } from '../objects/kube-object.ts';

/** Every value a Secret holds, as sent and decoded; validation and webhooks like to quote them. */
export function secretValuesOf(object: KubeObject): string[] {
  if (object.kind !== 'Secret') return [];
  const sent = Object.values(isRecord(object.stringData) ? object.stringData : {}).map(String);
  const data = Object.values(isRecord(object.data) ? object.data : {}).map(String);
  return [...sent, ...data, ...data.map((text) => Buffer.from(text, 'base64').toString('utf8'))];
}

/** Every value that a patch of a Secret brings, in whichever of the patch formats. */
export function secretValuesIn(patch: unknown): string[] {
  const operations = Array.isArray(patch) ? patch.map((step) => (isRecord(step) ? step.value : undefined)) : [patch];
  return operations.flatMap(stringsIn).flatMap((text) => [text, Buffer.from(text, 'base64').toString()]);
}

function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(stringsIn);
  return isRecord(value) ? Object.values(value).flatMap(stringsIn) : [];
}
