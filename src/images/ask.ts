import type { IncomingMessage } from 'node:http';

/** One HTTP exchange with a registry: no redirect is followed and nothing is decided here, but failures are told apart. */
export type Ask = {
  readonly url: URL;
  readonly method: 'GET' | 'HEAD' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** verify false: an insecure registry. ca: PEM, trusted besides this machine's authorities. */
  readonly tls: { readonly verify: boolean; readonly ca?: string };
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
};

export type FailureKind =
  | 'authority'
  | 'expired'
  | 'name'
  | 'not-tls'
  | 'tls'
  | 'unreachable'
  | 'timeout'
  | 'too-large'
  | 'cancelled';

export type Answer =
  | { readonly kind: 'answer'; readonly status: number; readonly headers: Headers; readonly body: string }
  | { readonly kind: 'failed'; readonly why: FailureKind; readonly message: string };

export type Fetch = (ask: Ask) => Promise<Answer>;

/** The distribution specification lets a registry refuse manifests above 4 MiB; a config or a tag list is smaller. */
const MAX_BYTES = 4 * 1024 * 1024;

const TLS_CODES: Readonly<Record<string, FailureKind>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'authority',
  SELF_SIGNED_CERT_IN_CHAIN: 'authority',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'authority',
  UNABLE_TO_GET_ISSUER_CERT: 'authority',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'authority',
  CERT_UNTRUSTED: 'authority',
  CERT_HAS_EXPIRED: 'expired',
  CERT_NOT_YET_VALID: 'expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'name',
  HOSTNAME_MISMATCH: 'name',
  ERR_SSL_WRONG_VERSION_NUMBER: 'not-tls',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'not-tls',
  ERR_SSL_HTTP_REQUEST: 'not-tls',
};

/** Over node's own client, because the pinned trust of one registry and the reason of a TLS failure have to be seen. */
export const ask: Fetch = async ({ url, method, headers, body, tls, timeoutMs, signal }) => {
  if (signal?.aborted === true) return failed('cancelled', 'cancelled before it was asked');
  const secure = url.protocol === 'https:';
  const { request } = secure ? await import('node:https') : await import('node:http');
  const trust = secure ? await trusted(tls) : {};
  return new Promise((resolve) => {
    const deadline = AbortSignal.timeout(timeoutMs);
    const end = signal === undefined ? deadline : AbortSignal.any([deadline, signal]);
    const because = (error: unknown) =>
      resolve(classify(error, url, timeoutMs, deadline.aborted, signal?.aborted === true));
    const sent = request(
      url,
      { method, headers: { ...headers, 'user-agent': 'infragate' }, signal: end, ...trust },
      (response) => {
        read(response).then(resolve, because);
      },
    );
    sent.on('error', because);
    sent.end(body);
  });
};

async function read(response: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    if (!Buffer.isBuffer(chunk)) continue;
    size += chunk.length;
    if (size > MAX_BYTES) {
      response.destroy();
      return failed('too-large', `the answer is larger than ${MAX_BYTES} bytes`);
    }
    chunks.push(chunk);
  }
  const headers = new Headers();
  for (const [name, value] of Object.entries(response.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  return { kind: 'answer', status: response.statusCode ?? 0, headers, body: Buffer.concat(chunks).toString('utf8') };
}

async function trusted({ verify, ca }: Ask['tls']): Promise<{ rejectUnauthorized: boolean; ca?: string[] }> {
  if (!verify) return { rejectUnauthorized: false };
  if (ca === undefined) return { rejectUnauthorized: true };
  const { getCACertificates } = await import('node:tls');
  return { rejectUnauthorized: true, ca: [...getCACertificates('default'), ca] };
}

function classify(error: unknown, url: URL, timeoutMs: number, late: boolean, cancelled: boolean): Answer {
  if (cancelled) return failed('cancelled', 'cancelled');
  if (late) return failed('timeout', `${url.host} did not answer within ${timeoutMs} ms`);
  const code = codeOf(error);
  const text = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
  // OpenSSL's own errors are a list of source positions around a few words.
  const message = /SSL routines:[^:]*:([^:]+):/.exec(text)?.[1] ?? text;
  const kind = TLS_CODES[code] ?? (code.startsWith('ERR_SSL_') || code === 'EPROTO' ? 'tls' : 'unreachable');
  return failed(kind, `${url.host}: ${message || code}${code !== '' && !message.includes(code) ? ` (${code})` : ''}`);
}

function codeOf(error: unknown): string {
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return '';
}

const failed = (why: FailureKind, message: string): Answer => ({ kind: 'failed', why, message });
