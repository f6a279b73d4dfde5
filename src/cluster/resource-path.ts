/** What a path of the API names, where it is of a namespace. Pure. */
export type ResourcePath = {
  readonly namespace: string;
  readonly group: string;
  readonly resource: string;
  readonly name: string;
  readonly subresource: string;
  readonly dryRun: boolean;
};

/** undefined: it is of no namespace. `/api/v1/namespaces/shop` is of the namespace, too. */
export function resourcePath(url: string): ResourcePath | undefined {
  const { pathname, searchParams } = new URL(url, 'http://api');
  const [root, ...rest] = pathname.split('/').filter((s) => s !== '');
  const [group = '', , first, namespace, ...below] = root === 'apis' ? rest : ['', ...rest];
  if ((root !== 'api' && root !== 'apis') || first !== 'namespaces' || namespace === undefined) return undefined;
  const own = below.length === 0 || ['status', 'finalize'].includes(below[0] ?? '');
  const [resource = '', name = '', ...sub] = own ? ['namespaces', namespace, ...below] : below;
  return {
    namespace: decodeURIComponent(namespace),
    group: decodeURIComponent(group),
    resource: decodeURIComponent(resource),
    name: decodeURIComponent(name),
    subresource: decodeURIComponent(sub[0] ?? ''),
    dryRun: searchParams.get('dryRun') === 'All',
  };
}

const STREAMS = new Set(['exec', 'attach', 'portforward', 'proxy']);

export const connects = ({ subresource }: ResourcePath): boolean => STREAMS.has(subresource);
