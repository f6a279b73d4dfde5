import type { KubeObject } from '../objects/kube-object.ts';
import type { KindRef } from './address.ts';
import { isRecord } from './failure.ts';
import { ok, problem, type Result } from './result.ts';

const isObject = (value: unknown): value is KubeObject =>
  isRecord(value) && typeof value.apiVersion === 'string' && typeof value.kind === 'string' && isRecord(value.metadata);

/** JSON → KubeObject. Items of a list come without apiVersion and kind; metadata-only ones with another kind. */
export function asObject(value: unknown, kind?: KindRef): KubeObject | undefined {
  if (!isRecord(value)) return undefined;
  const whole = kind === undefined ? value : { ...value, apiVersion: kind.apiVersion, kind: kind.kind };
  return isObject(whole) ? whole : undefined;
}

export function objectResult(value: unknown): Result<KubeObject> {
  const object = asObject(value);
  return object === undefined
    ? problem('BadAnswer', 'the API server answered with something not an object')
    : ok(object);
}
