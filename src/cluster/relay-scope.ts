import type { Discovery } from './discovery.ts';

/** What the commands of a run may ask the API server: in which namespaces, and whether they may change anything. */
export type RelayScope = {
  readonly namespaces: readonly string[];
  readonly writes: boolean;
  /** What deletes is made a dry run on its way: a client says that in the body, which the scope does not see. */
  readonly dry_deletes?: boolean;
};

export const isDryDelete = ({ method }: Pick<Asked, 'method'>, { writes, dry_deletes = false }: RelayScope): boolean =>
  method === 'DELETE' && dry_deletes && !writes;

type Asked = { readonly method: string; readonly url: string };

const READS = new Set(['GET', 'HEAD', 'OPTIONS']);
/** What only says who one is and may do, though it is a POST. */
const SELF_REVIEWS = /^self(subjectaccessreviews|subjectrulesreviews|subjectreviews)$/;
/** A shell or a port of a Pod is opened by a POST, and validation commands look into Pods that way. */
const STREAMS = new Set(['exec', 'attach', 'portforward']);
const OPEN_PATHS = /^\/(?:version|healthz|livez|readyz|openapi\/v[23](?:\/.*)?|\.well-known\/.*|apis?)?\/?$/;

/**
 * Why a request is not let through; undefined: it is. Pure. What is in a namespace of the deployment may be read, and
 * changed where the run may change things; what is in no namespace may be read; nothing else of other namespaces.
 */
export function outOfScope({ method, url }: Asked, scope: RelayScope, discovery: Discovery): string | undefined {
  const { pathname, searchParams } = new URL(url, 'http://relay');
  const segments = decodedSegments(pathname);
  if (segments === undefined) return 'the path is not one of an API server';
  const reads = READS.has(method);
  const dryRun = searchParams.get('dryRun') === 'All' || isDryDelete({ method }, scope);
  if (OPEN_PATHS.test(pathname)) return reads ? undefined : `${method} ${pathname} is not for commands`;
  const [root, ...rest] = segments;
  const [group, version, ...resource] = root === 'apis' ? rest : ['', ...rest];
  if ((root !== 'api' && root !== 'apis') || version === undefined) return `${pathname} is not for commands`;
  if (resource.length === 0) return reads ? undefined : `${method} ${pathname} is not for commands`;
  const [first, second, third, , subresource] = resource;
  if (first === 'namespaces' && second !== undefined && third !== undefined && !/^(status|finalize)$/.test(third)) {
    if (!scope.namespaces.includes(second)) return `the namespace ${second} is not the deployment's`;
    if (reads || scope.writes || dryRun || STREAMS.has(subresource ?? '')) return undefined;
    return `these commands may not change anything (${method} ${pathname})`;
  }
  if (first === 'namespaces' && second !== undefined && !reads && !scope.namespaces.includes(second))
    return `the namespace ${second} is not the deployment's`;
  if (SELF_REVIEWS.test(first ?? '')) return undefined;
  const known = discovery.resources.find((r) => r.group === group && r.version === version && r.resource === first);
  if (known?.namespaced === true)
    return `${first} of all namespaces are not for commands: name the deployment's namespace`;
  if (second !== undefined && third !== undefined && !reads && !scope.writes)
    return `${method} ${pathname} is not for commands`;
  if (first === 'nodes' && third === 'proxy') return 'a node is not asked through the API server';
  return reads || scope.writes || dryRun ? undefined : `these commands may not change anything (${method} ${pathname})`;
}

/** `..` and an encoded slash could lead a path elsewhere than it seems to. */
function decodedSegments(pathname: string): string[] | undefined {
  try {
    const segments = pathname.split('/').slice(1).map(decodeURIComponent);
    return segments.some((s) => s === '.' || s === '..' || s.includes('/'))
      ? undefined
      : segments.filter((s) => s !== '');
  } catch {
    return undefined;
  }
}
