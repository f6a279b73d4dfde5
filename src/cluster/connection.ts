import type { ClientRequest } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, type Ask, type Forwarded, type Wire, wire } from './exchange.ts';
import { fromAnswer } from './failure.ts';
import { type Frozen, kubeconfigText } from './frozen.ts';
import { type Credentials, type Login, login } from './login.ts';
import { type ApiFailure, failed, ok, problem, type Result } from './result.ts';

/** Requests with login, retries and JSON over one frozen context. */

/**
 * How often a request may be sent. `read`: it changes nothing, so again after whatever may pass (reset, refused, 429,
 * 5xx). `write`: again only when it was surely not carried out (429, connection refused). `once`: never.
 */
export type Repeat = 'read' | 'write' | 'once';

export type Call = Omit<Ask, 'timeoutMs' | 'signal'> & {
  readonly repeat?: Repeat;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
};

export type Connection = {
  readonly frozen: Frozen;
  readonly kubeconfig: string;
  send(call: Call): Promise<Result<Answer>>;
  /** Sent once; whatever the status, it is an answer. */
  once(call: Call): Promise<Result<Answer>>;
  json(call: Call): Promise<Result<{ value: unknown; answer: Answer }>>;
  stream(call: Call): ReturnType<Wire['stream']>;
  /** A request of a command, with our login: nothing is sent before the caller writes. */
  forward(request: Forwarded): Promise<Result<ClientRequest>>;
  /** What lets this connection in, so that it can be kept out of every text. */
  credentials(): Promise<readonly string[]>;
  /** The same connection under another signal: clean-up goes on when the run is cancelled. */
  under(signal: AbortSignal | undefined): Connection;
  close(): void;
};

export type Limits = { readonly requestTimeoutMs: number; readonly signal?: AbortSignal | undefined };

const ATTEMPTS = 5;
const LONGEST_WAIT_MS = 10_000;

export async function openConnection(frozen: Frozen, limits: Limits): Promise<Connection> {
  const way = wire(frozen, process.env);
  const entry = await login(frozen);
  return connectionOver(frozen, way, entry, limits);
}

function connectionOver(frozen: Frozen, way: Wire, entry: Login, limits: Limits): Connection {
  const signalOf = (call: Call) => {
    const both = [limits.signal, call.signal].filter((signal) => signal !== undefined);
    return both.length > 1 ? AbortSignal.any(both) : both[0];
  };

  async function withLogin<T>(
    call: Call,
    signal: AbortSignal | undefined,
    run: (ask: Ask, credentials: Parameters<Wire['exchange']>[1]) => Promise<Result<T>>,
  ): Promise<Result<T>> {
    const timeoutMs = call.timeoutMs ?? limits.requestTimeoutMs;
    const credentials = await within((late) => entry.credentials(late), timeoutMs, frozen, signal);
    if (!credentials.ok) return credentials;
    return run({ ...call, timeoutMs, signal }, credentials.value);
  }

  async function send(call: Call): Promise<Result<Answer>> {
    const repeat = call.repeat ?? (call.method === 'GET' ? 'read' : 'write');
    const signal = signalOf(call);
    const last = Date.now() + (call.timeoutMs ?? limits.requestTimeoutMs);
    let renewed = false;
    for (let attempt = 1; ; attempt++) {
      const sent = await withLogin(call, signal, way.exchange);
      if (sent.ok && sent.value.status >= 200 && sent.value.status < 300) return sent;
      const error = sent.ok ? fromAnswer(sent.value.status, sent.value.headers, sent.value.body) : sent.error;
      const unaccepted = sent.ok && error.status === 401;
      if (unaccepted && !renewed && entry.renew()) {
        renewed = true;
        continue;
      }
      const wait = waitBefore(error, repeat, attempt);
      if (wait === undefined || Date.now() + wait > last) return failed(unaccepted ? loginAgain(error, frozen) : error);
      if (!(await pause(wait, signal))) return problem('Cancelled', 'the request was cancelled', { code: 'ABORTED' });
    }
  }

  return {
    frozen,
    kubeconfig: kubeconfigText(frozen),
    send,
    once: (call) => withLogin(call, signalOf(call), way.exchange),
    json: (call) => parsedJson(frozen.server, call, send),
    async stream(call) {
      const opened = await withLogin(call, signalOf(call), way.stream);
      if (!opened.ok || opened.value.status !== 401 || !entry.renew()) return opened;
      opened.value.message.destroy();
      return withLogin(call, signalOf(call), way.stream);
    },
    async forward(request) {
      const credentials = await within(
        (late) => entry.credentials(late),
        limits.requestTimeoutMs,
        frozen,
        limits.signal,
      );
      return credentials.ok ? ok(way.open(request, credentials.value)) : credentials;
    },
    async credentials() {
      const credentials = await within(
        (late) => entry.credentials(late),
        limits.requestTimeoutMs,
        frozen,
        limits.signal,
      );
      return [...credentialsIn(frozen.user.fields), ...(credentials.ok ? sentBy(credentials.value) : [])];
    },
    under: (signal) => connectionOver(frozen, way, entry, { ...limits, signal }),
    close: () => way.close(),
  };
}

/** Sends, and reads the answer as JSON. */
export async function parsedJson(server: string, call: Call, send: Connection['send']): ReturnType<Connection['json']> {
  const answer = await send(call);
  if (!answer.ok) return answer;
  try {
    const value: unknown = JSON.parse(answer.value.body);
    return ok({ value, answer: answer.value });
  } catch {
    return problem('BadAnswer', `${server} answered ${call.method} ${call.path} with something not JSON`, {
      status: answer.value.status,
    });
  }
}

function loginAgain(error: ApiFailure, { server, user, context }: Frozen): ApiFailure {
  const who = `the login of user ${user.name} (context ${context})`;
  return { ...error, message: `${server} does not accept ${who}: it may have expired, log in again` };
}

/** How long to wait before sending again; undefined: don't. */
export function waitBefore(error: ApiFailure, repeat: Repeat, attempt: number): number | undefined {
  if (repeat === 'once' || attempt >= ATTEMPTS) return undefined;
  // A dry run that a webhook fails is an answer about the cluster, and each try may take the webhook's whole time limit.
  if (error.message.includes('failed calling webhook')) return undefined;
  const refused = error.code === 'ECONNREFUSED';
  const unsent = refused || error.status === 429;
  const passing =
    unsent ||
    (error.status >= 500 && error.status !== 501) ||
    ['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EAI_AGAIN'].includes(error.code ?? '');
  if (!(repeat === 'read' ? passing : unsent)) return undefined;
  const backoff = 100 * 2 ** (attempt - 1) * (0.75 + Math.random() / 2);
  return Math.min(error.retryAfterMs ?? backoff, LONGEST_WAIT_MS);
}

/** False when the signal came first. */
export async function pause(ms: number, signal: AbortSignal | undefined): Promise<boolean> {
  try {
    await sleep(ms, undefined, signal === undefined ? {} : { signal });
    return true;
  } catch {
    return false;
  }
}

/** A login program that hangs must not hang the request, nor outlive it. */
async function within<T>(
  work: (late: AbortSignal) => Promise<Result<T>>,
  timeoutMs: number,
  { user }: Frozen,
  signal: AbortSignal | undefined,
): Promise<Result<T>> {
  if (signal?.aborted) return problem('Cancelled', 'the request was cancelled', { code: 'ABORTED' });
  const end = new AbortController();
  const given = new AbortController();
  const late = pause(timeoutMs, signal === undefined ? end.signal : AbortSignal.any([end.signal, signal])).then(
    (elapsed): Result<T> =>
      elapsed
        ? problem('Unauthorized', `the login of user ${user.name} did not finish in time`, { status: 401 })
        : problem('Cancelled', 'the request was cancelled', { code: 'ABORTED' }),
  );
  try {
    return await Promise.race([work(given.signal), late]);
  } finally {
    end.abort();
    given.abort();
  }
}

/** Tokens, passwords and keys of a kubeconfig's user; certificates and names are no secret. */
function credentialsIn(fields: Frozen['user']['fields']): string[] {
  const { token, password, 'client-key-data': key } = fields;
  const texts = [token, password, key].filter((value) => typeof value === 'string');
  return [...texts, ...(typeof key === 'string' ? [Buffer.from(key, 'base64').toString('utf8')] : [])];
}

/** What a login program or a token file gave. */
function sentBy({ headers, tls }: Credentials): string[] {
  const header = typeof headers.authorization === 'string' ? headers.authorization : '';
  const basic = /^basic /i.test(header) ? Buffer.from(header.slice(6), 'base64').toString('utf8') : '';
  const given = header.slice(header.indexOf(' ') + 1);
  const keys = [tls.key].flat().map((key) => (typeof key === 'string' || Buffer.isBuffer(key) ? key.toString() : ''));
  return [given, basic, basic.slice(basic.indexOf(':') + 1), ...keys].filter((text) => text !== '');
}
