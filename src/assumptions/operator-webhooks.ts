import { X509Certificate } from 'node:crypto';
import type { KubeObject } from '../cluster/index.ts';
import { at, list, text } from './json.ts';
import { type Trace, toType, waits } from './operator-trace.ts';
import { listAll, type World } from './world.ts';

/** An admission webhook that a Service answers. */
export type Hook = {
  /** Its configuration carries the operator's name. */
  readonly own: boolean;
  readonly name: string;
  readonly configuration: string;
  readonly service: string;
  readonly namespace: string;
  readonly serviceName: string;
  readonly groups: readonly string[];
  readonly caBundle: string;
  readonly failurePolicy: string;
};

/** Those of one configuration; `own` where it carries the operator's name. */
export function hooksIn(configuration: KubeObject, own: boolean): Hook[] {
  return list(configuration.webhooks).flatMap((hook) => {
    const namespace = text(at(hook, 'clientConfig', 'service', 'namespace'));
    const serviceName = text(at(hook, 'clientConfig', 'service', 'name'));
    if (serviceName === '') return [];
    return [
      {
        own,
        name: text(at(hook, 'name')),
        configuration: `${configuration.kind}/${configuration.metadata.name}`,
        service: `${namespace}/${serviceName}`,
        namespace,
        serviceName,
        groups: list(at(hook, 'rules')).flatMap((rule) => list(at(rule, 'apiGroups')).map(String)),
        caBundle: text(at(hook, 'clientConfig', 'caBundle')),
        failurePolicy: text(at(hook, 'failurePolicy')) || 'Fail',
      },
    ];
  });
}

/** A webhook with failurePolicy Fail and nobody behind it refuses every new object. */
export async function webhookTrace(world: World, hooks: readonly Hook[]): Promise<Trace | undefined> {
  const blocking = hooks.filter((hook) => hook.failurePolicy === 'Fail');
  for (const service of new Set(blocking.map((hook) => hook.service))) {
    const hook = blocking.find((one) => one.service === service);
    if (hook === undefined) continue;
    const slices = await listAll(world, 'discovery.k8s.io', 'EndpointSlice', { namespace: hook.namespace });
    if (slices.state === 'listed') {
      const addresses = slices.items
        .filter((slice) => slice.metadata.labels?.['kubernetes.io/service-name'] === hook.serviceName)
        .flatMap((slice) => list(slice.endpoints))
        .filter((endpoint) => at(endpoint, 'conditions', 'ready') !== false)
        .flatMap((endpoint) => list(at(endpoint, 'addresses')));
      if (addresses.length === 0) {
        return waits(
          'manifests',
          'WebhookNoEndpoints',
          `the webhook ${hook.name} has no ready address behind its Service ${service}, so it refuses every new object`,
          { hook },
          toType('see its Service', 'describe', 'service', hook.serviceName, '-n', hook.namespace),
        );
      }
    }
    const trouble = await caTrouble(world, hook);
    if (trouble !== undefined) {
      return waits(
        'manifests',
        'WebhookCaMismatch',
        `the webhook ${hook.name} can't be called: ${trouble}`,
        { hook: { ...hook, caBundle: '…' } },
        toType('see the webhook', 'get', 'validatingwebhookconfigurations,mutatingwebhookconfigurations', '-o', 'yaml'),
      );
    }
  }
  return undefined;
}

/** The bundle must be there, parse, be in date, and have signed the certificate in the Secret that the controller serves. */
async function caTrouble(world: World, hook: Hook): Promise<string | undefined> {
  if (hook.caBundle === '') return 'its caBundle is empty (something is still to inject it)';
  const authorities = certificates(Buffer.from(hook.caBundle, 'base64').toString('utf8'));
  if (authorities.length === 0) return 'its caBundle holds no certificate';
  const now = Date.now();
  const current = authorities.filter((ca) => Date.parse(ca.validTo) > now);
  if (current.length === 0) return `its caBundle expired ${authorities[0]?.validTo}`;
  const secrets = await world.once(`tls secrets ${hook.namespace}`, () =>
    world.reader.list(
      { apiVersion: 'v1', kind: 'Secret' },
      { namespace: hook.namespace, fieldSelector: 'type=kubernetes.io/tls' },
    ),
  );
  if (!secrets.ok) return undefined;
  const names = [`${hook.serviceName}.${hook.namespace}.svc`];
  const leaves = secrets.value.items
    .flatMap((secret) =>
      certificates(Buffer.from(text(at(secret, 'data', 'tls.crt')), 'base64').toString('utf8')).slice(0, 1),
    )
    .filter((leaf) => names.some((name) => leaf.checkHost(name) !== undefined));
  if (leaves.length === 0) return undefined;
  const fits = leaves.some((leaf) =>
    current.some((ca) => ca.fingerprint256 === leaf.fingerprint256 || leaf.verify(ca.publicKey)),
  );
  return fits ? undefined : `its caBundle did not sign the certificate that ${hook.service} serves`;
}

function certificates(pem: string): X509Certificate[] {
  return (pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []).flatMap((one) => {
    try {
      return [new X509Certificate(one)];
    } catch {
      return [];
    }
  });
}
