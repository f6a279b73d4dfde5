import { isRecord, type KubeObject } from './kube-object.ts';

/** The ServiceAccount admission gives a Pod's token volume a random name (kubernetes plugin/pkg/admission/serviceaccount). */
const TOKEN_VOLUME = /^kube-api-access-[a-z0-9]{5}$/;

/** Pure: the object with one name for what the API server names differently each time, so that two dry runs compare. */
export const withSteadyNames = (object: KubeObject): KubeObject => {
  const { apiVersion, kind, metadata } = object;
  return {
    ...Object.fromEntries(Object.entries(object).map(([key, value]) => [key, steady(value)])),
    apiVersion,
    kind,
    metadata,
  };
};

function steady(value: unknown): unknown {
  if (typeof value === 'string') return TOKEN_VOLUME.test(value) ? 'kube-api-access' : value;
  if (Array.isArray(value)) return value.map(steady);
  return isRecord(value)
    ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, steady(inner)]))
    : value;
}
