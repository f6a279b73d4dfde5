import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { KubeObject, Writer } from '../../../src/cluster/index.ts';
import type { Sandbox } from '../../../src/sandbox/sandbox.ts';
import { value } from './sandbox.ts';

/**
 * A small API server behind the real aggregation layer: an APIService, an ExternalName Service that leads to loopback,
 * and an HTTPS server that lists its resources and answers for their objects. It stands in for OLM's packageserver and
 * OpenShift's own API server, whose images can't run here; the objects it serves have the shape of theirs, and the API
 * server in front of it is the real one.
 */
export type Aggregated = {
  readonly requests: string[];
  /** Takes the server away, as when its Pods are gone; the APIService stays. */
  stop(): Promise<void>;
  /** Takes the APIService away, too. */
  end(): Promise<void>;
};

export type ServedResource = {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  /** Of a list, all objects; those of a namespace are told apart here. */
  objects?(): readonly KubeObject[];
  /** A review: posted, answered, not kept. */
  review?(posted: KubeObject): KubeObject;
};

export async function aggregated(
  sandbox: Sandbox,
  writer: Writer,
  api: { group: string; version: string; namespace: string; resources: readonly ServedResource[] },
): Promise<Aggregated> {
  const { group, version, resources, namespace } = api;
  const certificate = (file: string) => readFileSync(join(sandbox.dir, 'certificates', file));
  const requests: string[] = [];
  const server = createServer(
    { key: certificate('apiserver.key'), cert: certificate('apiserver.crt') },
    (request, response) => {
      void (async () => {
        requests.push(`${request.method} ${request.url}`);
        const [status, body] = answer(request, await bodyOf(request));
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      })();
    },
  );
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;

  const service = group.replaceAll('.', '-');
  value(
    await writer.create({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: service, namespace },
      spec: { type: 'ExternalName', externalName: 'localhost', ports: [{ port }] },
    }),
  );
  const apiService = { apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService', name: `${version}.${group}` };
  // The one that a CRD of this group made for itself goes a moment after the CRD.
  for (let tries = 0; ; tries += 1) {
    const made = await writer.create({
      apiVersion: apiService.apiVersion,
      kind: apiService.kind,
      metadata: { name: apiService.name },
      spec: {
        group,
        version,
        groupPriorityMinimum: 1000,
        versionPriority: 10,
        insecureSkipTLSVerify: true,
        service: { name: service, namespace, port },
      },
    });
    if (made.ok) break;
    if (made.error.status !== 409 || tries > 100) throw new Error(made.error.message);
    await new Promise((done) => setTimeout(done, 200));
  }
  const stop = async () => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  };
  return {
    requests,
    stop,
    async end() {
      await stop();
      await writer.delete(apiService);
      await writer.delete({ apiVersion: 'v1', kind: 'Service', name: service, namespace });
    },
  };

  function answer(request: IncomingMessage, body: string): readonly [number, object] {
    const root = `/apis/${group}/${version}`;
    const path = (request.url ?? '').split('?')[0] ?? '';
    if (path === root) {
      const listed = resources.map(({ name, kind, namespaced, verbs }) => ({
        name,
        singularName: '',
        kind,
        namespaced,
        verbs,
      }));
      return [
        200,
        { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: `${group}/${version}`, resources: listed },
      ];
    }
    const parts = path.startsWith(`${root}/`) ? path.slice(root.length + 1).split('/') : [];
    const [home, plural = '', name] = parts[0] === 'namespaces' ? parts.slice(1) : [undefined, ...parts];
    const resource = resources.find((r) => r.name === plural);
    if (resource === undefined) return missing(path);
    if (request.method === 'POST' && resource.review !== undefined) return [201, resource.review(JSON.parse(body))];
    const objects = (resource.objects?.() ?? []).filter((o) => home === undefined || o.metadata.namespace === home);
    if (name !== undefined) {
      const found = objects.find((o) => o.metadata.name === name);
      return found === undefined ? missing(path) : [200, found];
    }
    const onlyMetadata = String(request.headers.accept).includes('PartialObjectMetadataList');
    return [
      200,
      {
        kind: onlyMetadata ? 'PartialObjectMetadataList' : `${resource.kind}List`,
        apiVersion: onlyMetadata ? 'meta.k8s.io/v1' : `${group}/${version}`,
        metadata: {},
        items: onlyMetadata ? objects.map(({ metadata }) => ({ metadata })) : objects,
      },
    ];
  }
}

const missing = (path: string) =>
  [
    404,
    {
      kind: 'Status',
      apiVersion: 'v1',
      status: 'Failure',
      reason: 'NotFound',
      message: `${path} not found`,
      code: 404,
    },
  ] as const;

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}
