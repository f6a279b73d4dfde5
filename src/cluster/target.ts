import { createHash, X509Certificate } from 'node:crypto';
import type { Connection } from './connection.ts';
import { isRecord } from './failure.ts';
import { ok, type Result } from './result.ts';

/** Which cluster this is, whatever it is called today. */
export type Target = {
  readonly server: string;
  readonly context: string;
  readonly cluster: {
    /** kube-system's UID; or `fingerprint:` and a digest, where this identity may not read it. */
    readonly uid: string;
    readonly via: 'kube-system' | 'fingerprint';
    /** What the fingerprint was made of. */
    readonly of?: readonly string[];
  };
  readonly namespaces: readonly TargetNamespace[];
};

export type TargetNamespace = {
  readonly name: string;
  readonly uid: string | null;
  /** hidden: this identity may not read it, so it is not known whether it is there. */
  readonly state: 'there' | 'missing' | 'hidden';
};

/** How a cluster was known before: a right that was granted since does not make it another one. */
export type KnownCluster = Pick<Target['cluster'], 'uid' | 'via'>;

export async function targetOf(
  connection: Connection,
  namespaces: readonly string[],
  known?: KnownCluster,
): Promise<Result<Target>> {
  const [cluster, ...seen] = await Promise.all([
    clusterOf(connection, known),
    ...namespaces.map((name) => namespaceOf(connection, name)),
  ]);
  if (!cluster.ok) return cluster;
  const found: TargetNamespace[] = [];
  for (const one of seen) {
    if (!one.ok) return one;
    found.push(one.value);
  }
  const { server, context } = connection.frozen;
  return ok({ server, context, cluster: cluster.value, namespaces: found });
}

async function namespaceOf(connection: Connection, name: string): Promise<Result<TargetNamespace>> {
  const read = await connection.json({ method: 'GET', path: `/api/v1/namespaces/${encodeURIComponent(name)}` });
  if (read.ok) {
    const { value } = read.value;
    const uid = isRecord(value) && isRecord(value.metadata) ? value.metadata.uid : undefined;
    return ok({ name, uid: typeof uid === 'string' ? uid : null, state: 'there' });
  }
  if (read.error.status === 404) return ok({ name, uid: null, state: 'missing' });
  if (read.error.status === 403) return ok({ name, uid: null, state: 'hidden' });
  return read;
}

async function clusterOf(connection: Connection, known?: KnownCluster): Promise<Result<Target['cluster']>> {
  if (known?.via === 'fingerprint') {
    const issuer = await issuerOf(connection);
    if (!issuer.ok) return issuer;
    const same = [issuer.value, null]
      .map((readable) => fingerprint(authorityOf(connection), readable, connection.frozen.server))
      .find((one) => one.uid === known.uid);
    if (same !== undefined) return ok(same);
  }
  const system = await namespaceOf(connection, 'kube-system');
  if (!system.ok) return system;
  if (system.value.uid !== null) return ok({ uid: system.value.uid, via: 'kube-system' });
  const issuer = await issuerOf(connection);
  if (!issuer.ok) return issuer;
  return ok(fingerprint(authorityOf(connection), issuer.value, connection.frozen.server));
}

/** The issuer of service account tokens; null where this identity may not ask. Anything in passing is a failure. */
async function issuerOf(connection: Connection): Promise<Result<string | null>> {
  const read = await connection.json({ method: 'GET', path: '/.well-known/openid-configuration' });
  if (read.ok) {
    const { value } = read.value;
    return ok(isRecord(value) && typeof value.issuer === 'string' ? value.issuer : null);
  }
  return [401, 403, 404].includes(read.error.status) ? ok(null) : read;
}

function authorityOf({ frozen }: Connection): string | undefined {
  const data = frozen.cluster.fields['certificate-authority-data'];
  return typeof data === 'string' && data !== '' ? Buffer.from(data, 'base64').toString('utf8') : undefined;
}

/**
 * A digest of the cluster's certificate authority and token issuer. Where either is missing, of the server's address,
 * too: a public authority signs many clusters, and `https://kubernetes.default.svc` issues for most.
 */
export function fingerprint(authority: string | undefined, issuer: string | null, server: string): Target['cluster'] {
  const certificates = (authority ?? '').match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  const authorities = certificates.map(certificateDigest).sort();
  const parts = {
    ...(authorities.length === 0 ? {} : { 'certificate authority': authorities }),
    ...(issuer === null ? {} : { issuer }),
    ...(authorities.length > 0 && issuer !== null ? {} : { server }),
  };
  const digest = createHash('sha256').update(JSON.stringify(parts)).digest('hex');
  return { uid: `fingerprint:${digest.slice(0, 32)}`, via: 'fingerprint', of: Object.keys(parts) };
}

function certificateDigest(pem: string): string {
  try {
    return new X509Certificate(pem).fingerprint256;
  } catch {
    return createHash('sha256').update(pem).digest('hex');
  }
}
