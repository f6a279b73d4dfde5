import { bindingName, phasePath } from '../enforcement/index.ts';
import { at } from '../objects/kube-object.ts';
import { type Call, type Connection, parsedJson, pause } from './connection.ts';
import { type About, type GuardSession, guardSession } from './guard-session.ts';
import { connects, type ResourcePath, resourcePath } from './resource-path.ts';
import { ok, problem } from './result.ts';

/**
 * A connection to a cluster in which some namespaces are guarded by its API server: what is written there is announced in
 * the namespace's Phase and sent with the executor's credential. Everything else goes the way it always went.
 */

export type GuardedNamespace = {
  readonly namespace: string;
  /** Bullets may be fired here. */
  readonly proving: boolean;
};

/** Which of them are guarded. One that this identity can't see counts as not guarded: its API server knows better. */
export async function guardsOf(connection: Connection, namespaces: readonly string[]): Promise<GuardedNamespace[]> {
  const looks = await Promise.all(
    namespaces.map(async (namespace): Promise<GuardedNamespace[]> => {
      const phase = await connection.json({ method: 'GET', path: phasePath(namespace) });
      if (!phase.ok) return [];
      const path = `/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings/${bindingName(namespace)}`;
      const binding = await connection.json({ method: 'GET', path });
      if (!binding.ok && binding.error.status === 404) return [];
      return [{ namespace, proving: at(phase.value.value, 'spec', 'proving') === true }];
    }),
  );
  return looks.flat();
}

export type Guards = {
  readonly namespaces: readonly GuardedNamespace[];
  /** Whether what runs is behind an approved plan; without one only a proving namespace is written to. */
  readonly approved: boolean;
  readonly about: About;
};

export type GuardedConnection = { readonly connection: Connection; end(): Promise<void> };

/** `base` asks for whomever the run works; what is announced goes over `own`. */
export function guardedConnection(
  base: Connection,
  own: Connection,
  guards: Guards,
  open: (token: string) => Promise<Connection>,
): GuardedConnection {
  const sessions = new Map<string, GuardSession>();
  const unsigned = own.under(undefined);
  const sessionOf = (namespace: string): GuardSession => {
    const known = sessions.get(namespace) ?? guardSession(unsigned, namespace, guards.about, open);
    sessions.set(namespace, known);
    return known;
  };
  return {
    connection: routed(base, guards, sessionOf, () => [...sessions.values()].flatMap((s) => s.credentials())),
    async end() {
      for (const session of sessions.values()) await session.end();
      sessions.clear();
    },
  };
}

function routed(
  base: Connection,
  guards: Guards,
  sessionOf: (namespace: string) => GuardSession,
  credentials: () => readonly string[],
): Connection {
  const guarded = (call: { method: string; path: string }): ResourcePath | undefined => {
    const path = resourcePath(call.path);
    if (path === undefined || !guards.namespaces.some((g) => g.namespace === path.namespace)) return undefined;
    if (path.group === 'authorization.k8s.io' || path.resource === 'namespaces') return undefined;
    return call.method === 'GET' && !connects(path) ? undefined : path;
  };

  async function send(call: Call): ReturnType<Connection['send']> {
    const path = guarded(call);
    return path === undefined ? base.send(call) : write(call, path);
  }

  async function write(call: Call, path: ResourcePath): ReturnType<Connection['send']> {
    const session = sessionOf(path.namespace);
    const executor = await session.executor();
    if (!executor.ok) return executor;
    if (path.dryRun || isLease(path) || connects(path))
      return sendWhenSeen(executor.value, call, path.dryRun ? undefined : '0');
    const proving = guards.namespaces.some((g) => g.namespace === path.namespace && g.proving);
    if (!guards.approved && !proving) return notApproved(path);
    const announced = await session.announce(call, path);
    return announced.ok ? sendWhenSeen(executor.value, call, announced.value) : announced;
  }

  return {
    ...base,
    send,
    // Asked once, a proxy's answer is the application's, and its API server's refusal means that the Phase is not seen yet.
    async once(call) {
      const path = guarded(call);
      if (path === undefined) return base.once(call);
      const executor = await sessionOf(path.namespace).executor();
      return executor.ok ? onceSeen(executor.value, call) : executor;
    },
    json: (call) => parsedJson(base.frozen.server, call, send),
    async forward(request) {
      const path = guarded(request);
      if (path === undefined) return base.forward(request);
      const session = sessionOf(path.namespace);
      const allowed = connects(path) ? await session.allowConnects() : ok('0');
      if (!allowed.ok) return allowed;
      if (allowed.value !== '0') await pause(SEEN_AFTER_MS, undefined);
      const executor = await session.executor();
      return executor.ok ? executor.value.forward(request) : executor;
    },
    credentials: async () => [...(await base.credentials()), ...credentials()],
    under: (signal) => routed(base.under(signal), guards, sessionOf, credentials),
  };
}

const isLease = ({ group, resource, name }: ResourcePath): boolean =>
  group === 'coordination.k8s.io' && resource === 'leases' && (name === 'infragate' || name === '');

const notApproved = ({ namespace, resource, name }: ResourcePath) =>
  problem(
    'Forbidden',
    `the namespace ${namespace} is guarded, and ${resource} ${name} is part of no approved plan: bullets are fired in a proving namespace (start-deployment {proving_namespace}; infragate cluster guard NAMESPACE --proving)`,
    { status: 403 },
  );

/** How long admission may take to see a Phase that is stored. */
const SEEN_WITHIN_MS = 8_000;
const SEEN_AFTER_MS = 250;

/** What the guard's message says it judged by. */
const VERSION_SEEN = /\[version (\d{1,20})\]/;

const isOlder = (message: string, announced: string): boolean => {
  const seen = VERSION_SEEN.exec(message)?.[1];
  return seen !== undefined && (announced === '0' ? message.includes(NOT_OPEN) : BigInt(seen) < BigInt(announced));
};

const NOT_OPEN = 'no phase is open for this credential';

async function sendWhenSeen(
  executor: Connection,
  call: Call,
  announced: string | undefined,
): ReturnType<Connection['send']> {
  const last = Date.now() + SEEN_WITHIN_MS;
  for (let wait = 10; ; wait = Math.min(wait * 1.5, SEEN_AFTER_MS)) {
    const sent = await executor.send(call);
    if (sent.ok || announced === undefined || announced === '') return sent;
    if (sent.error.status !== 403 || !isOlder(sent.error.message, announced) || Date.now() > last) return sent;
    if (!(await pause(wait, call.signal))) return sent;
  }
}

async function onceSeen(executor: Connection, call: Call): ReturnType<Connection['once']> {
  const last = Date.now() + SEEN_WITHIN_MS;
  for (;;) {
    const sent = await executor.once(call);
    if (!sent.ok || sent.value.status !== 403 || !sent.value.body.includes(NOT_OPEN) || Date.now() > last) return sent;
    if (!(await pause(SEEN_AFTER_MS, call.signal))) return sent;
  }
}
