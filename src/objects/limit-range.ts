import { isRecord, type KubeObject, recordsAt } from './kube-object.ts';
import { podTemplateOf } from './pod-template.ts';

/**
 * A workload as its Pods will stand, with what the namespace's LimitRanges fill in for containers that say nothing: the
 * LimitRanger admission acts on Pods, so the workload's own dry run doesn't show it.
 * https://kubernetes.io/docs/concepts/policy/limit-range/ ; a default limit is the default request where none is given.
 */
export function withLimitRanges(object: KubeObject, ranges: readonly KubeObject[]): KubeObject {
  const template = podTemplateOf(object);
  const limits = ranges
    .flatMap((range) => recordsAt(range, 'spec', 'limits'))
    .filter((one) => one.type === 'Container');
  if (template === undefined || limits.length === 0) return object;
  const filled = (['containers', 'initContainers'] as const).flatMap((list) => {
    const containers = recordsAt(template.spec, list);
    return containers.length === 0 ? [] : [[list, containers.map((one) => withDefaults(one, limits))] as const];
  });
  return put(object, template.path, { ...template.spec, ...Object.fromEntries(filled) });
}

type Fields = Readonly<Record<string, unknown>>;
const fields = (value: unknown): Fields => (isRecord(value) ? value : {});

function withDefaults(container: Fields, limits: readonly Fields[]): Fields {
  const own = fields(container.resources);
  const [before, given] = [fields(own.limits), fields(own.requests)];
  const limit = { ...Object.assign({}, ...limits.map((one) => fields(one.default))), ...before };
  const request = {
    ...Object.assign({}, ...limits.map((one) => ({ ...fields(one.default), ...fields(one.defaultRequest) }))),
    // What has a limit of its own asks for that much, whatever the default request is.
    ...before,
    ...given,
  };
  return { ...container, resources: { ...own, limits: limit, requests: request } };
}

function put(object: KubeObject, path: readonly string[], value: unknown): KubeObject {
  const [first = '', ...rest] = path;
  const below = rest.length === 0 ? value : put(fields(object[first]) as KubeObject, rest, value);
  return { ...object, [first]: below };
}
