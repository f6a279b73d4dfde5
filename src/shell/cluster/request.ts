import { isBuiltInKind } from '../kinds.ts';
import { isKnown } from '../text.ts';
import type { ClusterWrite } from './write.ts';

/** Programs that send one HTTP request. */
export const REQUESTERS = /^(curl|wget|http|https|xh|xhs|httpie|curlie|grpcurl)$/;

/** API groups without a dot that Kubernetes serves. */
const PLAIN_GROUPS = /^(apps|batch|autoscaling|policy|extensions|events)$/;

export type Request = { readonly url: string; readonly method: string; readonly sends: boolean };

/** What curl, wget, httpie and the like are asked to send; undefined: no address among the arguments. */
export function requestOf(args: readonly string[]): Request | undefined {
  const url = args.find(
    (arg) => !arg.startsWith('-') && /^https?:\/\/|^[\w.-]+:\d+(\/|$)|^(localhost|:\d)|\/apis?\//.test(arg),
  );
  if (url === undefined) return undefined;
  const sends = args.some((arg) =>
    /^(-d.*|--data.*|-F.*|--form.*|-T.*|--upload-file|--json|--post-(data|file).*|--body-\w.*)$/.test(arg),
  );
  const asGet = args.some(
    (arg) => /^(-G|--get|-I|--head|--spider)$|^-[a-zA-FHJ-Z]*[GI][a-zA-Z]*$/.test(arg) && !/^-[XHoudwFT]/.test(arg),
  );
  const given = args.flatMap((arg, i) => {
    if (/^(-X|--request|--method)$|^-[a-zA-Z]*X$/.test(arg)) return [args[i + 1] ?? ''];
    const attached = /^(?:-[a-zA-WYZ]*X=?|--request=|--method=)(\w+)$/.exec(arg)?.[1];
    if (attached !== undefined) return [attached];
    return /^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)$/.test(arg) ? [arg] : [];
  });
  return { url, method: (given.at(-1) ?? (asGet || !sends ? 'GET' : 'POST')).toUpperCase(), sends };
}

export const onlyAsks = ({ method }: Request): boolean => /^(GET|HEAD|OPTIONS|TRACE)$/.test(method);

/**
 * A request that changes something through the Kubernetes API, told from any other REST API by its path: a group and
 * version below /apis, or one of the core group's kinds below /api/v1.
 */
export function apiWrite(program: string, args: readonly string[]): ClusterWrite | undefined {
  const request = requestOf(args);
  if (request === undefined || onlyAsks(request) || !isKubernetesPath(request.url)) return undefined;
  if (/\/(selfsubject|subject|localsubject)(access|rules)reviews?\b|\/tokenreviews?\b/.test(request.url))
    return undefined;
  const namespace = /\/namespaces\/([^/?#\s]+)/.exec(request.url)?.[1];
  return {
    what: `${program} ${isKnown(request.method) ? request.method : 'request'} to the Kubernetes API`,
    namespaces: namespace === undefined ? [] : [namespace],
    everywhere: namespace === undefined,
    contexts: [],
    objects: undefined,
  };
}

export function isKubernetesPath(url: string): boolean {
  const core = /\/api\/v1\/([a-z]+)(?:[/?#]|$)/.exec(url)?.[1];
  if (core !== undefined)
    return core === 'namespaces' || core === 'watch' || core === 'bindings' || isBuiltInKind(core);
  const [, group = '', version] = /\/apis\/([\w.-]+)\/(v\d+(?:(?:alpha|beta)\d+)?)(?:[/?#]|$)/.exec(url) ?? [];
  return version !== undefined && (group.includes('.') || PLAIN_GROUPS.test(group));
}
