import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { KubeObject } from '../cluster/index.ts';
import type { Credential } from '../images/index.ts';
import { at, list, text } from './json.ts';
import { discoveryOf, type World } from './world.ts';

/** How a login of this machine's user is called in evidence. */
export const USERS_OWN = 'docker config';

export type Credentials = {
  /** In the order the cluster would use them; this machine's user's last. */
  readonly credentials: readonly Credential[];
  /** What this identity could not read. */
  readonly unseen: readonly string[];
  readonly notes: readonly string[];
};

type Gathered = { credentials: Credential[]; unseen: string[]; notes: string[] };

/** The pull secrets of the service account and the manifests, then OpenShift's global one, then the user's own login. */
export async function credentialsOf(
  world: World,
  serviceAccount: string,
  named: readonly string[],
): Promise<Credentials> {
  const { namespace } = world;
  const account = await world.reader.getIfThere({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    namespace,
    name: serviceAccount,
  });
  const unseen = account.ok ? [] : [`the service account ${serviceAccount} (${account.error.reason})`];
  const own = account.ok ? list(at(account.value, 'imagePullSecrets')).map((ref) => text(at(ref, 'name'))) : [];
  const names = [...new Set([...named, ...own])].filter((name) => name !== '');
  const parts = await Promise.all([
    ...names.map((name) => fromSecret(world, namespace, name, `imagePullSecret ${name}`)),
    globalSecret(world),
    usersOwn(),
  ]);
  return {
    credentials: parts.flatMap((part) => part.credentials),
    unseen: [...unseen, ...parts.flatMap((part) => part.unseen)],
    notes: parts.flatMap((part) => part.notes),
  };
}

const nothing = (): Gathered => ({ credentials: [], unseen: [], notes: [] });

async function globalSecret(world: World): Promise<Gathered> {
  const discovery = await discoveryOf(world);
  if (!discovery.ok || discovery.value.group('config.openshift.io') === undefined) return nothing();
  const found = await fromSecret(world, 'openshift-config', 'pull-secret', "OpenShift's global pull secret");
  // A cluster without one is no finding.
  return { ...found, notes: found.notes.filter((note) => !note.endsWith('does not exist')) };
}

async function fromSecret(world: World, namespace: string, name: string, source: string): Promise<Gathered> {
  const secret = await world.reader.getIfThere({ apiVersion: 'v1', kind: 'Secret', namespace, name });
  if (!secret.ok) return { ...nothing(), unseen: [`${source} (${secret.error.reason})`] };
  if (secret.value === undefined) return { ...nothing(), notes: [`${source} does not exist`] };
  const content = configIn(secret.value);
  if (content === undefined) return { ...nothing(), notes: [`${source} holds no .dockerconfigjson`] };
  const { parsePullSecret } = await import('../images/index.ts');
  const { credentials, notes } = parsePullSecret(content, source);
  return { credentials: [...credentials], unseen: [], notes: [...notes] };
}

function configIn(secret: KubeObject): string | undefined {
  const encoded = text(at(secret, 'data', '.dockerconfigjson')) || text(at(secret, 'data', '.dockercfg'));
  return encoded === '' ? undefined : Buffer.from(encoded, 'base64').toString('utf8');
}

/** Where docker and podman keep theirs; the first that is there. */
async function usersOwn(): Promise<Gathered> {
  const { DOCKER_CONFIG, REGISTRY_AUTH_FILE, XDG_RUNTIME_DIR } = process.env;
  const places = [
    REGISTRY_AUTH_FILE,
    join(DOCKER_CONFIG ?? join(homedir(), '.docker'), 'config.json'),
    XDG_RUNTIME_DIR === undefined ? undefined : join(XDG_RUNTIME_DIR, 'containers', 'auth.json'),
  ];
  for (const path of places) {
    if (path === undefined) continue;
    const content = await readFile(path, 'utf8').catch(() => undefined);
    if (content === undefined) continue;
    const { parsePullSecret } = await import('../images/index.ts');
    const { credentials, notes } = parsePullSecret(content, `${USERS_OWN} of this machine's user`);
    return { credentials: [...credentials], unseen: [], notes: [...notes] };
  }
  return nothing();
}
