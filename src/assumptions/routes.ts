import type { KubeObject } from '../cluster/index.ts';
import { fail, unknown, type Verdict } from '../workflow/index.ts';
import { at, condition, isRecord, list, text } from './json.ts';
import { troubleBehind } from './openshift-parts.ts';
import { listAll, type World } from './world.ts';

/**
 * What the router, not the API server, makes of a Route: its host may be another namespace's, its port may be none of its
 * Service's, and there may be no router that works.
 */
export type RouteTrouble = { readonly verdict: Verdict; readonly suggestion?: string; readonly deferrable?: boolean };

export async function routeTrouble(
  world: World,
  route: KubeObject,
  set: readonly KubeObject[],
): Promise<RouteTrouble | undefined> {
  if (route.kind !== 'Route' || !route.apiVersion.startsWith('route.openshift.io/')) return undefined;
  return (await backendTrouble(world, route, set)) ?? (await hostTrouble(world, route)) ?? (await routerTrouble(world));
}

const homeOf = (object: KubeObject, world: World) => object.metadata.namespace ?? world.namespace;

async function backendTrouble(
  world: World,
  route: KubeObject,
  set: readonly KubeObject[],
): Promise<RouteTrouble | undefined> {
  const namespace = homeOf(route, world);
  const backends = [at(route, 'spec', 'to'), ...list(at(route, 'spec', 'alternateBackends'))];
  for (const backend of backends) {
    const name = text(at(backend, 'name'));
    if (name === '') continue;
    const inSet = set.find(
      (one) => one.kind === 'Service' && one.metadata.name === name && homeOf(one, world) === namespace,
    );
    const read = await world.reader.getIfThere({ apiVersion: 'v1', kind: 'Service', namespace, name });
    const service = inSet ?? (read.ok ? read.value : undefined);
    if (service === undefined && read.ok)
      return {
        verdict: fail(
          'ServiceMissing',
          `the Route's Service ${namespace}/${name} is neither in the cluster nor in the set`,
        ),
        suggestion: `name a Service that is there: kubectl get services -n ${namespace}`,
      };
    const trouble = service === undefined ? undefined : portTrouble(route, service, namespace);
    if (trouble !== undefined) return trouble;
  }
  return undefined;
}

/** spec.port.targetPort is the name of a Service port, or a target port's number (RoutePort in openshift/api). */
function portTrouble(route: KubeObject, service: KubeObject, namespace: string): RouteTrouble | undefined {
  const wanted = at(route, 'spec', 'port', 'targetPort');
  const ports = list(at(service, 'spec', 'ports'));
  const known = ports.flatMap((port) => [
    at(port, 'name'),
    at(port, 'targetPort') ?? at(port, 'port'),
    at(port, 'port'),
  ]);
  if (wanted === undefined || known.some((one) => one !== undefined && String(one) === String(wanted)))
    return undefined;
  const there = ports.map((port) => `${text(at(port, 'name')) || '(no name)'} ${String(at(port, 'port'))}`).join(', ');
  const { name = '' } = service.metadata;
  return {
    verdict: fail(
      'PortMissing',
      `the Route's port ${String(wanted)} is none of the Service ${namespace}/${name}; it has ${there || 'no ports'}`,
    ),
    suggestion: `set spec.port.targetPort to one of them: kubectl get service ${name} -n ${namespace} -o yaml`,
  };
}

/** The older Route keeps host and path; ours would be Admitted=False with HostAlreadyClaimed. */
async function hostTrouble(world: World, route: KubeObject): Promise<RouteTrouble | undefined> {
  const host = text(at(route, 'spec', 'host')).toLowerCase();
  if (host === '') return undefined;
  const [routes, controllers] = await Promise.all([
    listAll(world, 'route.openshift.io', 'Route'),
    listAll(world, 'operator.openshift.io', 'IngressController'),
  ]);
  const own = homeOf(route, world);
  if (routes.state !== 'listed')
    return routes.state === 'failed'
      ? {
          verdict: unknown(
            'HostNotSeen',
            `accepted, but whether another namespace has a Route for ${host} can't be seen: this identity may not list routes in all namespaces`,
          ),
          deferrable: true,
          suggestion: `ask someone who may: kubectl get routes -A`,
        }
      : undefined;
  const others = routes.items.filter(
    (one) =>
      text(at(one, 'spec', 'host')).toLowerCase() === host &&
      !(homeOf(one, world) === own && one.metadata.name === route.metadata.name),
  );
  const path = text(at(route, 'spec', 'path'));
  const same = others.find((one) => homeOf(one, world) === own && text(at(one, 'spec', 'path')) === path);
  // InterNamespaceAllowed lets several namespaces share a host, each with paths of its own.
  const shares =
    controllers.state === 'listed' &&
    controllers.items.some(
      (one) => at(one, 'spec', 'routeAdmission', 'namespaceOwnership') === 'InterNamespaceAllowed',
    );
  const foreign = others.find(
    (one) => homeOf(one, world) !== own && (!shares || text(at(one, 'spec', 'path')) === path) && !isRefused(one),
  );
  const claimed = foreign ?? same;
  if (claimed === undefined) return undefined;
  const name = `${homeOf(claimed, world)}/${claimed.metadata.name}`;
  return {
    verdict: fail(
      'HostAlreadyClaimed',
      `the Route ${name} has the host ${host}${path === '' ? '' : ` and path ${path}`} already; the older one keeps it, and this one would not be admitted`,
    ),
    suggestion: `take another host, or have that Route removed: kubectl get route ${claimed.metadata.name} -n ${homeOf(claimed, world)} -o yaml`,
  };
}

/** A Route that no router admitted holds no host. */
function isRefused(route: KubeObject): boolean {
  const ingress = list(at(route, 'status', 'ingress'));
  const admitted = ingress.map((one) => condition(isRecord(one) ? { status: one } : {}, 'Admitted')?.status);
  return admitted.length > 0 && admitted.every((status) => status === 'False');
}

async function routerTrouble(world: World): Promise<RouteTrouble | undefined> {
  const trouble = await troubleBehind(world, 'route.openshift.io');
  if (trouble?.state !== 'NotAvailable') return undefined;
  return {
    verdict: unknown('RouterNotAvailable', `accepted, but no router serves it now: ${trouble.message}`),
    suggestion: trouble.next,
  };
}
