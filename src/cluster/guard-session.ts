import { randomBytes } from 'node:crypto';
import { executorName, expectedOf, HOME, phasePath } from '../enforcement/index.ts';
import { at, type KubeObject, textAt } from '../objects/kube-object.ts';
import { withQuery } from './address.ts';
import type { Call, Connection } from './connection.ts';
import { asObject } from './object.ts';
import type { ResourcePath } from './resource-path.ts';
import { failed, ok, problem, type Result } from './result.ts';

/**
 * What one run of the server may write in one guarded namespace, kept in the namespace's Phase: the credential it holds,
 * and each object as two dry runs left it, announced before it is written. Ended, the credential is worth nothing.
 */

export type About = { readonly deployment: string; readonly run: string; readonly tool: string };

/** One object that may be written, or deleted by its UID. */
type Entry = Readonly<Record<string, unknown>>;

type Token = { readonly value: string; readonly credential: string; readonly until: string; readonly anchor: string };

const TOKEN_SECONDS = 15 * 60;
const RENEWED_AFTER_MS = 8 * 60_000;
/** Of a Phase; what was announced first is dropped first. etcd takes 1.5 MB. */
const ROOM = 600_000;

export type GuardSession = {
  /** A credential that may do dry runs, and what was announced. */
  executor(): Promise<Result<Connection>>;
  /** Answers the version of the Phase that has it: admission may see an older one for a moment. */
  announce(call: Call, path: ResourcePath): Promise<Result<string>>;
  /** From now on the approved commands may open a shell or a port of a Pod. */
  allowConnects(): Promise<Result<string>>;
  credentials(): readonly string[];
  end(): Promise<void>;
};

export function guardSession(
  base: Connection,
  namespace: string,
  about: About,
  open: (token: string) => Promise<Connection>,
): GuardSession {
  const id = randomBytes(6).toString('hex');
  const entries = new Map<string, Entry>();
  const anchors: string[] = [];
  const values: string[] = [];
  let connects = false;
  let shown = false;
  let token: Promise<Result<Token>> | undefined;
  let renewAt = 0;
  let connection: Connection | undefined;
  let queue: Promise<unknown> = Promise.resolve();

  async function fresh(): Promise<Result<Token>> {
    const anchor = `session-${id}-${randomBytes(3).toString('hex')}`;
    const secrets = `/api/v1/namespaces/${HOME}/secrets`;
    const made = await base.json({ method: 'POST', path: secrets, body: JSON.stringify(anchorOf(anchor, about)) });
    if (!made.ok) return made;
    anchors.push(anchor);
    const asked = await base.json({
      method: 'POST',
      path: `/api/v1/namespaces/${HOME}/serviceaccounts/${executorName(namespace)}/token`,
      body: JSON.stringify({
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: {
          expirationSeconds: TOKEN_SECONDS,
          boundObjectRef: {
            apiVersion: 'v1',
            kind: 'Secret',
            name: anchor,
            uid: textAt(made.value.value, 'metadata', 'uid'),
          },
        },
      }),
    });
    if (!asked.ok) return asked;
    const value = textAt(asked.value.value, 'status', 'token');
    values.push(value);
    const credential = credentialOf(value);
    if (credential === undefined)
      return problem(
        'BadAnswer',
        `the token of ${executorName(namespace)} names no credential (jti): Kubernetes 1.30+`,
      );
    const until = textAt(asked.value.value, 'status', 'expirationTimestamp');
    renewAt = Date.now() + RENEWED_AFTER_MS;
    connection?.close();
    connection = await open(value);
    return ok({ value, credential, until, anchor });
  }

  async function credential(): Promise<Result<Token>> {
    if (token !== undefined && Date.now() < renewAt) return token;
    const renewed = token !== undefined;
    token = fresh();
    const made = await token;
    if (!made.ok) token = undefined;
    else if (renewed || !shown) {
      const told = await show(made.value);
      if (!told.ok) return told;
    }
    return made;
  }

  async function show({ credential: jti, anchor, until }: Token): Promise<Result<string>> {
    shown = true;
    const session = {
      credential: jti,
      anchor,
      deployment: about.deployment,
      run: about.run,
      until,
      connects,
      objects: withinRoom([...entries.values()]),
    };
    const told = await base.json({
      method: 'PATCH',
      path: phasePath(namespace),
      contentType: 'application/merge-patch+json',
      body: JSON.stringify({ spec: { open: { [id]: session } } }),
    });
    return told.ok ? ok(textAt(told.value.value, 'metadata', 'resourceVersion')) : told;
  }

  /** One after another: each says all that was announced by then. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = queue.then(work);
    queue = done.catch(() => undefined);
    return done;
  };

  async function executor(): Promise<Result<Connection>> {
    const held = await inTurn(credential);
    if (!held.ok) return held;
    return connection === undefined ? problem('Cancelled', 'the session has ended') : ok(connection);
  }

  async function tell(): Promise<Result<string>> {
    return inTurn(async () => {
      const held = await credential();
      return held.ok ? show(held.value) : held;
    });
  }

  return {
    executor,
    async announce(call, path) {
      const ready = await executor();
      if (!ready.ok) return ready;
      const entry =
        call.method === 'DELETE' ? await deletion(base, call, path) : await writing(ready.value, call, path);
      if (!entry.ok) return entry;
      if (entry.value !== undefined) entries.set(entry.value.key, entry.value.entry);
      return tell();
    },
    async allowConnects() {
      if (connects) return ok('0');
      connects = true;
      return tell();
    },
    credentials: () => values,
    async end() {
      await queue;
      const any = shown;
      shown = false;
      token = undefined;
      entries.clear();
      connects = false;
      connection?.close();
      connection = undefined;
      // Out of the Phase first: from then on the credential writes nothing, whatever comes of the rest.
      if (any)
        await base.json({
          method: 'PATCH',
          path: phasePath(namespace),
          contentType: 'application/merge-patch+json',
          body: JSON.stringify({ spec: { open: { [id]: null } } }),
        });
      for (const anchor of anchors.splice(0))
        await base.json({ method: 'DELETE', path: `/api/v1/namespaces/${HOME}/secrets/${anchor}` });
    },
  };
}

const anchorOf = (name: string, about: About) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: {
    name,
    namespace: HOME,
    labels: { 'app.kubernetes.io/managed-by': 'infragate' },
    annotations: { 'infragate.dev/deployment': about.deployment, 'infragate.dev/run': about.run },
  },
});

/** What admission calls the credential: authentication.kubernetes.io/credential-id is `JTI=` and the token's jti. */
function credentialOf(token: string): string | undefined {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
    const jti = textAt(claims, 'jti');
    return jti === '' ? undefined : `JTI=${jti}`;
  } catch {
    return undefined;
  }
}

type Announced = { readonly key: string; readonly entry: Entry };

/** Two dry runs of the very request: what they fill in differently is left out. */
async function writing(executor: Connection, call: Call, path: ResourcePath): Promise<Result<Announced | undefined>> {
  const dry = () =>
    executor.json({ ...call, path: withDryRun(call.path), repeat: 'read' }).then((answer) => {
      if (!answer.ok) return answer;
      const object = asObject(answer.value.value);
      return object === undefined ? problem('BadAnswer', 'the dry run answered with no object') : ok(object);
    });
  const one = await dry();
  if (!one.ok) return one;
  const other = await dry();
  if (!other.ok) return other;
  const { group, resource, subresource } = path;
  const name = one.value.metadata.name ?? path.name;
  const what = { group, resource, subresource, name };
  return ok({ key: JSON.stringify(what), entry: { ...what, deletes: false, ...expectedOf(one.value, other.value) } });
}

async function deletion(base: Connection, call: Call, path: ResourcePath): Promise<Result<Announced | undefined>> {
  const there = await base.json({ method: 'GET', path: call.path.split('?')[0] ?? '' });
  if (!there.ok) return there.error.status === 404 ? ok(undefined) : failed(there.error);
  const { group, resource, subresource, name } = path;
  const what = { group, resource, subresource, name };
  const uid = uidOf(asObject(there.value.value));
  return ok({ key: JSON.stringify({ ...what, uid }), entry: { ...what, deletes: true, uid } });
}

const uidOf = (object: KubeObject | undefined): string => String(at(object, 'metadata', 'uid') ?? '');

const withDryRun = (path: string): string =>
  path.includes('?') ? `${path}&dryRun=All` : withQuery(path, { dryRun: 'All' });

function withinRoom(entries: readonly Entry[]): readonly Entry[] {
  const kept: Entry[] = [];
  let size = 0;
  for (const entry of [...entries].reverse()) {
    size += JSON.stringify(entry).length;
    if (size > ROOM && kept.length > 0) break;
    kept.unshift(entry);
  }
  return kept;
}
