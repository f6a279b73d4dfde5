import type { Catalogue } from './discover.ts';
import { type Discovery, groupVersion, type Kind, type Resource, splitApiVersion } from './discovery.ts';
import { ok, problem, type Result } from './result.ts';

/** Where in the API a kind or an object is, by discovery. */

export type ObjectRef = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
};

export type KindRef = { readonly apiVersion: string; readonly kind: string };

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export function withQuery(path: string, query: Query): string {
  const parameters = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) if (value !== undefined) parameters.set(key, String(value));
  const text = parameters.toString();
  return text === '' ? path : `${path}?${text}`;
}

const segment = encodeURIComponent;

/** The resource of a kind. A miss looks once more at the server before it says no. */
export async function resourceOf(from: Catalogue, ref: KindRef): Promise<Result<Resource>> {
  const wanted = { ...splitApiVersion(ref.apiVersion), kind: ref.kind };
  const kept = await from.discovery();
  if (!kept.ok) return kept;
  const found = kept.value.find(wanted);
  if (found !== undefined) return ok(found);
  const fresh = await from.discovery(true);
  if (!fresh.ok) return fresh;
  const now = fresh.value.find(wanted);
  return now === undefined ? missing(fresh.value, wanted) : ok(now);
}

function missing(discovery: Discovery, { group, version, kind }: Kind & { version: string }) {
  const apiVersion = groupVersion(group, version);
  if (discovery.stale.includes(apiVersion)) {
    return problem('DiscoveryStale', `the server behind ${apiVersion} does not answer, so ${kind} can't be looked up`, {
      status: 503,
    });
  }
  return problem('NoKindMatch', `the cluster serves no kind ${kind} in ${apiVersion}`, { status: 404 });
}

/** The collection: of one namespace, of all, or of the cluster. */
export function collectionPath(resource: Resource, namespace: string | undefined): string {
  const { group, version } = resource;
  const root = group === '' ? `/api/${segment(version)}` : `/apis/${segment(group)}/${segment(version)}`;
  const within = resource.namespaced && namespace !== undefined ? `/namespaces/${segment(namespace)}` : '';
  return `${root}${within}/${segment(resource.resource)}`;
}

/** One object. A namespace given for a cluster-scoped kind is not used. */
export async function objectPath(
  from: Catalogue,
  ref: ObjectRef,
): Promise<Result<{ path: string; resource: Resource }>> {
  if (ref.name === '') return problem('NameRequired', `a ${ref.kind} needs a name to be found`, { status: 400 });
  const resource = await resourceOf(from, ref);
  if (!resource.ok) return resource;
  if (resource.value.namespaced && !ref.namespace) {
    return problem('NamespaceRequired', `${ref.kind} ${ref.name} lives in a namespace, and none was named`, {
      status: 400,
    });
  }
  return ok({
    path: `${collectionPath(resource.value, ref.namespace)}/${segment(ref.name)}`,
    resource: resource.value,
  });
}
