import type { Agent, OutgoingHttpHeaders } from 'node:http';
import type { RequestOptions } from 'node:https';
import { isRecord } from './failure.ts';
import type { Frozen } from './frozen.ts';
import { type ExecCredential, runLoginProgram } from './login-program.ts';
import { redactLogin } from './redact.ts';
import { ok, problem, type Result } from './result.ts';

/** What a request needs to be let in: TLS, headers, and an agent when the kubeconfig names a proxy. */
export type Credentials = {
  readonly tls: Pick<RequestOptions, 'ca' | 'cert' | 'key' | 'servername' | 'rejectUnauthorized'>;
  readonly headers: OutgoingHttpHeaders;
  readonly agent: Agent | undefined;
};

export type Login = {
  /** Runs the login program or renews the token when that is due; aborting it ends the program. */
  credentials(signal?: AbortSignal): Promise<Result<Credentials>>;
  /** Forgets what was cached: the server said 401. False when asking again can't give anything new. */
  renew(): boolean;
};

/** Loads client-node, which takes a while, before somebody waits for it. */
export const preloadLogin = async (): Promise<void> => void (await import('@kubernetes/client-node'));

/** The only use of client-node: tokens, certificates, exec programs, OIDC and token files, as KubeConfig knows them. */
export async function login(frozen: Frozen): Promise<Login> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  const fresh = () => {
    const config = new KubeConfig();
    config.loadFromString(JSON.stringify(forClientNode(frozen)));
    return config;
  };
  let config = fresh();
  let known: ExecCredential | undefined;
  let pending: Promise<ExecCredential> | undefined;
  /** One program for all requests that wait for it, again once what it gave has expired. */
  const program = async (signal: AbortSignal | undefined): Promise<ExecCredential | undefined> => {
    const { exec } = userFields(frozen);
    if (!isRecord(exec)) return undefined;
    if (known !== undefined && (known.expires ?? Number.POSITIVE_INFINITY) > Date.now()) return known;
    pending ??= runLoginProgram(exec, signal)
      .then((credential) => {
        known = credential;
        return credential;
      })
      .finally(() => {
        pending = undefined;
      });
    return pending;
  };
  const renewable = frozen.user.fields.exec !== undefined || frozen.user.fields.tokenFile !== undefined;
  return {
    async credentials(signal) {
      const options: RequestOptions = { headers: {} };
      let given: ExecCredential | undefined;
      try {
        [given] = await Promise.all([program(signal), config.applyToHTTPSOptions(options)]);
      } catch (error) {
        return problem('Unauthorized', `the login of user ${frozen.user.name} failed: ${loginError(error, frozen)}`, {
          status: 401,
        });
      }
      const { ca, servername, rejectUnauthorized, auth } = options;
      const { cert = options.cert, key = options.key } = given ?? {};
      return ok({
        tls: {
          ...(ca === undefined ? {} : { ca }),
          ...(cert === undefined ? {} : { cert }),
          ...(key === undefined ? {} : { key }),
          ...(servername === undefined ? {} : { servername }),
          ...(rejectUnauthorized === undefined ? {} : { rejectUnauthorized }),
        },
        headers: {
          ...(isRecord(options.headers) ? options.headers : {}),
          ...(given?.token === undefined ? {} : { authorization: `Bearer ${given.token}` }),
          ...(auth ? { authorization: `Basic ${Buffer.from(auth).toString('base64')}` } : {}),
          ...impersonation(frozen),
        },
        agent: frozen.cluster.fields['proxy-url'] && typeof options.agent === 'object' ? options.agent : undefined,
      });
    },
    renew() {
      if (renewable) {
        config = fresh();
        known = undefined;
      }
      return renewable;
    },
  };
}

/** client-node reads the user `as`, and drops the rest. */
function impersonation({ user }: Frozen): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = {};
  const groups = user.fields['as-groups'];
  if (Array.isArray(groups)) headers['impersonate-group'] = groups.map(String);
  if (typeof user.fields['as-uid'] === 'string') headers['impersonate-uid'] = user.fields['as-uid'];
  const extra = user.fields['as-user-extra'];
  for (const [key, values] of Object.entries(isRecord(extra) ? extra : {})) {
    if (Array.isArray(values)) headers[`impersonate-extra-${encodeURIComponent(key)}`] = values.map(String);
  }
  return headers;
}

/** The frozen context in the shape that client-node understands; the login program is ours to run. */
export function forClientNode(frozen: Frozen): unknown {
  const { context, cluster, user } = frozen;
  const { exec: _, ...fields } = userFields(frozen);
  // Without TLS there is nothing to verify; client-node wants to be told so.
  const plain = frozen.server.startsWith('http:') ? { 'insecure-skip-tls-verify': true } : {};
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: cluster.name, cluster: { ...cluster.fields, ...plain } }],
    users: [{ name: user.name, user: fields }],
    contexts: [{ name: context, context: { cluster: cluster.name, user: user.name } }],
    'current-context': context,
  };
}

/** With what the user's fields say as client-node and a login program need it. */
export function userFields({ user, cluster, server }: Frozen): Record<string, unknown> {
  const fields: Record<string, unknown> = { ...user.fields };
  if (typeof fields.tokenFile === 'string') {
    // client-node knows token files only as an auth-provider, and would let `token` win, where kubectl's rule is the other way.
    fields['auth-provider'] = { name: 'tokenFile', config: { tokenFile: fields.tokenFile } };
    delete fields.token;
  }
  if (isRecord(fields.exec)) fields.exec = withExecInfo(fields.exec, cluster.fields, server);
  return fields;
}

/** KUBERNETES_EXEC_INFO, which kubectl gives to login programs and client-node doesn't. Never interactive: no terminal. */
function withExecInfo(exec: Record<string, unknown>, cluster: Readonly<Record<string, unknown>>, server: string) {
  const env = Array.isArray(exec.env) ? exec.env : [];
  const info = {
    apiVersion: exec.apiVersion ?? 'client.authentication.k8s.io/v1',
    kind: 'ExecCredential',
    spec: {
      interactive: false,
      ...(exec.provideClusterInfo === true
        ? {
            cluster: {
              server,
              'tls-server-name': cluster['tls-server-name'],
              'insecure-skip-tls-verify': cluster['insecure-skip-tls-verify'],
              'certificate-authority-data': cluster['certificate-authority-data'],
              'proxy-url': cluster['proxy-url'],
            },
          }
        : {}),
    },
  };
  return {
    ...exec,
    args: Array.isArray(exec.args) ? exec.args : [],
    env: [{ name: 'KUBERNETES_EXEC_INFO', value: JSON.stringify(info) }, ...env],
  };
}

function loginError(error: unknown, { user }: Frozen): string {
  const exec = user.fields.exec;
  const command = isRecord(exec) && typeof exec.command === 'string' ? exec.command : undefined;
  // JSON.parse quotes what it couldn't read, and that may be a token.
  if (error instanceof SyntaxError) return `${command ?? 'its credential'} did not answer with an ExecCredential`;
  const said = redactLogin(error instanceof Error ? error.message : String(error));
  if (command === undefined) return said;
  if (said.includes('ENOENT')) return `the program ${command} is not there`;
  const hint = isRecord(exec) && typeof exec.installHint === 'string' ? ` (${exec.installHint})` : '';
  return `${command} said: ${said || 'nothing'}${hint}`;
}
