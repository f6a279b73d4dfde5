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

/** The same value where nothing in it has such a name, as in nearly every object: a large one is not copied for nothing. */
function steady(value: unknown): unknown {
  if (typeof value === 'string') return TOKEN_VOLUME.test(value) ? 'kube-api-access' : value;
  if (Array.isArray(value)) {
    const items = value.map(steady);
    return items.some((item, i) => item !== value[i]) ? items : value;
  }
  if (!isRecord(value)) return value;
  const changed: Record<string, unknown> = {};
  for (const [key, inner] of Object.entries(value)) {
    const now = steady(inner);
    if (now !== inner) changed[key] = now;
  }
  return Object.keys(changed).length === 0 ? value : { ...value, ...changed };
}
