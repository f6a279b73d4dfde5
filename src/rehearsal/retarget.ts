import { isRecord, type KubeObject } from '../objects/index.ts';

/** From the deployment's namespace to the one of the rehearsal; `services` are names that may stand before it in a host. */
export type Move = { readonly from: string; readonly to: string; readonly services: readonly string[] };

/**
 * Pure: an object as it is in the copy. Its name stays; wherever it names its namespace (fields, hosts of Services,
 * variables and flags called namespace) it names the copy's. Ports and addresses that only one may hold are left to the
 * server.
 */
export function retarget(object: KubeObject, move: Move): KubeObject {
  const { status: _, metadata, ...rest } = object;
  const moved = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, walk(value, key, move)]));
  return {
    ...moved,
    apiVersion: object.apiVersion,
    kind: object.kind,
    metadata: { ...metadata, namespace: move.to },
    ...(object.kind === 'Service' && isRecord(moved.spec) ? { spec: unbound(moved.spec) } : {}),
  };
}

/** An object as it was found, without what makes it that very object: so it can be made anew elsewhere. */
export function asNew(object: KubeObject): KubeObject {
  const {
    uid: _u,
    resourceVersion: _r,
    creationTimestamp: _c,
    generation: _g,
    managedFields: _m,
    ownerReferences: _o,
    finalizers: _f,
    ...metadata
  } = object.metadata;
  return { ...object, metadata };
}

function unbound(spec: Record<string, unknown>): Record<string, unknown> {
  const { clusterIP, clusterIPs: _, ports, ...rest } = spec;
  return {
    ...rest,
    ...(clusterIP === 'None' ? { clusterIP } : {}),
    ...(Array.isArray(ports)
      ? {
          ports: ports.map((port: unknown) => {
            if (!isRecord(port)) return port;
            const { nodePort: _n, ...kept } = port;
            return kept;
          }),
        }
      : {}),
  };
}

function walk(value: unknown, key: string, move: Move): unknown {
  if (typeof value === 'string') return text(value, key, move);
  if (Array.isArray(value)) return value.map((item) => walk(item, key, move));
  if (!isRecord(value)) return value;
  const moved = Object.fromEntries(Object.entries(value).map(([k, v]) => [k, walk(v, k, move)]));
  const isVariable = typeof value.name === 'string' && /namespace/i.test(value.name) && value.value === move.from;
  return isVariable ? { ...moved, value: move.to } : moved;
}

/** Fields whose whole text is a namespace: `namespace`, `watchNamespaces`, a selector's `kubernetes.io/metadata.name`. */
const NAMES_ONE = /(namespaces?|matchNames|^kubernetes\.io\/metadata\.name)$/i;

function text(value: string, key: string, { from, to, services }: Move): string {
  if (NAMES_ONE.test(key) && value === from) return to;
  const name = escaped(from);
  const hosts = value
    .replace(new RegExp(`\\.${name}(?=\\.svc\\b)`, 'g'), `.${to}`)
    .replace(new RegExp(`(namespaces?[=\\s]+)${name}(?![a-z0-9-])`, 'gi'), `$1${to}`);
  return services.reduce(
    (left, service) =>
      left.replace(new RegExp(`(?<![a-z0-9.-])${escaped(service)}\\.${name}(?=[:/]|$)`, 'g'), `${service}.${to}`),
    hosts,
  );
}

const escaped = (name: string): string => name.replaceAll('.', '\\.');
