import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { join } from 'node:path';

/**
 * A registry of the distribution specification's pull side on loopback, for what the sandbox's real one can't be made to
 * do: broken certificates, redirects, rate limits, identity tokens. It speaks real HTTP(S).
 */
export type TestRegistry = {
  /** `localhost:12345` */
  readonly host: string;
  readonly seen: { method: string; url: string; authorization: string | undefined }[];
  image(
    repository: string,
    tag: string,
    platforms: readonly string[],
    options?: { list?: boolean; labelled?: boolean; configType?: string; config?: object },
  ): string;
  forget(path: string): void;
  close(): Promise<void>;
};

export type Behaviour = {
  readonly tls?: 'good' | 'expired' | 'other-name';
  readonly auth?: {
    kind: 'basic' | 'bearer';
    user: string;
    password: string;
    anonymous?: boolean;
    identityToken?: string;
  };
  /** Answers before anything else; true when it did. */
  readonly first?: (request: IncomingMessage, response: ServerResponse) => boolean;
};

export const pem = (name: string) => readFileSync(join(import.meta.dirname, 'fixtures', name), 'utf8');

export async function testRegistry(behaviour: Behaviour = {}): Promise<TestRegistry> {
  const { tls, auth, first } = behaviour;
  const content = new Map<string, { type: string; body: string }>();
  const tags = new Map<string, string[]>();
  const seen: TestRegistry['seen'] = [];

  const handle = (request: IncomingMessage, response: ServerResponse) => {
    const url = request.url ?? '';
    seen.push({ method: request.method ?? '', url, authorization: request.headers.authorization });
    if (first?.(request, response) === true) return;
    if (url.startsWith('/token')) return token(request, response);
    if (!permitted(request)) {
      const scheme = tls === undefined ? 'http' : 'https';
      const repository = /^\/v2\/(.+?)\/(?:manifests|blobs|tags)\//.exec(url)?.[1];
      response.setHeader(
        'www-authenticate',
        auth?.kind === 'bearer'
          ? `Bearer realm="${scheme}://${host}/token",service="test",scope="repository:${repository}:pull"`
          : 'Basic realm="test"',
      );
      return error(response, 401, 'UNAUTHORIZED', 'authentication required');
    }
    const list = /^\/v2\/(.+)\/tags\/list/.exec(url)?.[1];
    if (list !== undefined) {
      const found = tags.get(list);
      if (found === undefined) return error(response, 404, 'NAME_UNKNOWN', 'repository name not known to registry');
      return void response.end(JSON.stringify({ name: list, tags: found }));
    }
    const found = content.get(url.split('?')[0] ?? url);
    if (found === undefined)
      return error(response, 404, url.includes('/blobs/') ? 'BLOB_UNKNOWN' : 'MANIFEST_UNKNOWN', 'not found');
    response.writeHead(200, { 'content-type': found.type, 'docker-content-digest': digest(found.body) });
    response.end(request.method === 'HEAD' ? undefined : found.body);
  };

  const permitted = (request: IncomingMessage) => {
    if (auth === undefined) return true;
    if (auth.kind === 'basic') return request.headers.authorization === basic(auth);
    return request.headers.authorization === 'Bearer good-token';
  };

  const token = (request: IncomingMessage, response: ServerResponse) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => {
      const identified =
        auth?.identityToken !== undefined && new URLSearchParams(body).get('refresh_token') === auth.identityToken;
      const known = identified || (auth !== undefined && request.headers.authorization === basic(auth));
      const anonymous =
        auth?.anonymous === true && request.headers.authorization === undefined && request.method === 'GET';
      if (known || anonymous) response.end(JSON.stringify({ token: 'good-token' }));
      else error(response, 401, 'UNAUTHORIZED', 'wrong user or password');
    });
  };

  const server =
    tls === undefined
      ? createServer(handle)
      : createSecureServer({ key: pem('server.key'), cert: pem(`${tls}.pem`) }, handle);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const host = `127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;

  const store = (path: string, type: string, value: unknown): string => {
    const body = JSON.stringify(value);
    content.set(path, { type, body });
    return digest(body);
  };

  return {
    host,
    seen,
    image(
      repository,
      tag,
      platforms,
      { list = false, labelled = true, configType = 'application/vnd.oci.image.config.v1+json', config: own = {} } = {},
    ) {
      const v2 = `/v2/${repository}`;
      tags.set(repository, [...(tags.get(repository) ?? []), tag]);
      const manifests = platforms.map((platform) => {
        const [os, architecture] = platform.split('/');
        const config = { os, architecture, config: { Labels: { tag }, ...own } };
        const type = 'application/vnd.oci.image.manifest.v1+json';
        const made = {
          schemaVersion: 2,
          mediaType: type,
          config: { mediaType: configType, digest: digest(JSON.stringify(config)) },
          layers: [],
        };
        store(`${v2}/blobs/${digest(JSON.stringify(config))}`, 'application/octet-stream', config);
        store(`${v2}/manifests/${digest(JSON.stringify(made))}`, type, made);
        return { made, type, platform: { os, architecture } };
      });
      const [only] = manifests;
      if (!list && only !== undefined) return store(`${v2}/manifests/${tag}`, only.type, only.made);
      const index = {
        schemaVersion: 2,
        manifests: [
          ...manifests.map((m) => ({
            mediaType: m.type,
            digest: digest(JSON.stringify(m.made)),
            ...(labelled ? { platform: m.platform } : {}),
          })),
          {
            mediaType: 'application/vnd.oci.image.manifest.v1+json',
            digest: digest('attestation'),
            platform: { os: 'unknown', architecture: 'unknown' },
          },
        ],
      };
      const made = store(`${v2}/manifests/${tag}`, 'application/vnd.oci.image.index.v1+json', index);
      store(`${v2}/manifests/${made}`, 'application/vnd.oci.image.index.v1+json', index);
      return made;
    },
    forget: (path) => void content.delete(path),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

export const basic = ({ user, password }: { user: string; password: string }) =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
const digest = (body: string) => `sha256:${createHash('sha256').update(body).digest('hex')}`;

function error(response: ServerResponse, status: number, code: string, message: string) {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ errors: [{ code, message }] }));
}
