import type { ImageReference } from './reference.ts';
import { DOCKER_HUB } from './reference.ts';

/**
 * Pull credentials as the kubelet reads them. A credential never shows its secret: `authorization()` is a function, so
 * neither JSON nor a log of the value carries it, and only the code that writes the one request header calls it.
 */
export type Credential = {
  /** Where it came from, for evidence: "imagePullSecret regcred", "docker config". */
  readonly source: string;
  /** Host (`*` may stand for a part of its name) and port, with the path prefix it is for, if any. */
  readonly registry: string;
  readonly username?: string;
  /** Of this machine's user, not of the cluster: what it can pull, a node may not. */
  readonly local?: true;
  /** The value of a Basic Authorization header. */
  readonly authorization: () => string;
  /** A refresh token to trade for a bearer token instead of a password (`docker login` of some registries). */
  readonly identityToken?: () => string;
};

export type CredentialFile = {
  readonly credentials: readonly Credential[];
  /** Entries that can't be used from here, and why; never their contents. */
  readonly notes: readonly string[];
};

/**
 * `content`: of a kubernetes.io/dockerconfigjson Secret, an old kubernetes.io/dockercfg one, or ~/.docker/config.json,
 * as text or parsed.
 */
export function parsePullSecret(
  content: string | object,
  source: string,
  whose: 'cluster' | 'user' = 'cluster',
): CredentialFile {
  const parsed = typeof content === 'string' ? parseJson(content) : content;
  if (!isRecord(parsed))
    return { credentials: [], notes: [`${source} is not a docker config (a JSON object with auths)`] };
  const credentials: Credential[] = [];
  const notes: string[] = [];

  const wrapped = 'auths' in parsed || 'credHelpers' in parsed || 'credsStore' in parsed || 'HttpHeaders' in parsed;
  const auths = wrapped ? parsed.auths : parsed;
  for (const [key, entry] of Object.entries(isRecord(auths) ? auths : {})) {
    const registry = registryOf(key);
    if (registry === undefined || !isRecord(entry)) {
      notes.push(`${source}: the entry "${key.slice(0, 80)}" does not name a registry`);
      continue;
    }
    const credential = credentialOf(entry, registry, source, whose === 'user');
    if (credential !== undefined) credentials.push(credential);
    else if (typeof parsed.credsStore !== 'string')
      notes.push(`${source}: the entry for ${registry} holds no credential`);
  }
  if (typeof parsed.credsStore === 'string')
    notes.push(`${source}: credentials are in the store "${parsed.credsStore}", not in the file`);
  for (const registry of Object.keys(isRecord(parsed.credHelpers) ? parsed.credHelpers : {})) {
    notes.push(`${source}: ${registry} is served by a credential helper, which is not run here`);
  }
  return { credentials, notes };
}

/**
 * Those a kubelet would try for this image, in its order: sources as the caller lists them, and within one source the
 * more specific path first (pkg/credentialprovider: parts of the host globbed one by one, equal ports, path by prefix).
 */
export function credentialsFor(reference: ImageReference, credentials: readonly Credential[]): Credential[] {
  const sources = [...new Set(credentials.map((c) => c.source))];
  return credentials
    .filter((c) => matches(c.registry, reference))
    .sort(
      (a, b) =>
        sources.indexOf(a.source) - sources.indexOf(b.source) ||
        (a.registry < b.registry ? 1 : a.registry > b.registry ? -1 : 0),
    );
}

function matches(pattern: string, { registry, repository }: ImageReference): boolean {
  const [want = '', ...path] = pattern.split('/');
  const [wantHost = '', wantPort = ''] = splitPort(want);
  const [host = '', port = ''] = splitPort(registry);
  const wantParts = wantHost.split('.');
  const parts = host.split('.');
  return (
    wantPort === port &&
    wantParts.length === parts.length &&
    wantParts.every((part, i) => globbed(part, parts[i] ?? '')) &&
    repository.startsWith(path.join('/'))
  );
}

function globbed(pattern: string, text: string): boolean {
  if (!pattern.includes('*')) return pattern === text;
  const parts = pattern.split('*').map((p) => p.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(text);
}

function splitPort(host: string): [string, string] {
  const found = /^(.*?)(?::(\d+))?$/.exec(host);
  return [found?.[1] ?? host, found?.[2] ?? ''];
}

/** `https://index.docker.io/v1/` → `docker.io`; `https://host:5000/team/` → `host:5000/team`. */
function registryOf(key: string): string | undefined {
  const bare = key.trim().replace(/^https?:\/\//i, '');
  const [host = '', ...rest] = bare.split('/');
  if (host === '' || !/^[\w.*:[\]-]+$/.test(host)) return undefined;
  const path = rest
    .join('/')
    .replace(/^v[12](\/|$)/, '')
    .replace(/(?<!\/)\/+$/, '');
  const lower = host.toLowerCase();
  const canonical = ['index.docker.io', 'registry-1.docker.io', DOCKER_HUB].includes(lower) ? DOCKER_HUB : lower;
  return path === '' ? canonical : `${canonical}/${path}`;
}

function credentialOf(
  entry: Record<string, unknown>,
  registry: string,
  source: string,
  local: boolean,
): Credential | undefined {
  const pair = userAndPassword(entry);
  const token = typeof entry.identitytoken === 'string' && entry.identitytoken !== '' ? entry.identitytoken : undefined;
  if (pair === undefined && token === undefined) return undefined;
  const { username, password } = pair ?? { username: '', password: '' };
  const basic = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  return {
    source,
    registry,
    ...(username === '' ? {} : { username }),
    ...(local ? { local } : {}),
    authorization: () => basic,
    ...(token === undefined ? {} : { identityToken: () => token }),
  };
}

function userAndPassword(entry: Record<string, unknown>): { username: string; password: string } | undefined {
  if (typeof entry.auth === 'string' && entry.auth !== '') {
    const decoded = Buffer.from(entry.auth, 'base64')
      .toString('utf8')
      .replace(/(?<!\0)\0+$/, '');
    const colon = decoded.indexOf(':');
    if (colon > 0) return { username: decoded.slice(0, colon), password: decoded.slice(colon + 1) };
  }
  const { username, password } = entry;
  if (typeof username === 'string' && typeof password === 'string' && username !== '') return { username, password };
  return undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
