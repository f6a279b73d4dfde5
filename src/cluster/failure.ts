import type { ApiFailure, Conflict } from './result.ts';

/** Pure: what came back, or didn't, → ApiFailure. */

export type Headers = Readonly<Record<string, string | string[] | undefined>>;

const REASONS: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  406: 'NotAcceptable',
  409: 'Conflict',
  410: 'Expired',
  413: 'RequestEntityTooLarge',
  415: 'UnsupportedMediaType',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  502: 'BadGateway',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

type Status = {
  kind: 'Status';
  status?: unknown;
  reason?: unknown;
  message?: unknown;
  details?: unknown;
  code?: unknown;
};

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isStatus = (value: unknown): value is Status => isRecord(value) && value.kind === 'Status';

/** The Status in a body, when there is one that says Failure. */
export function statusIn(body: string): unknown {
  if (!body.trimStart().startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(body);
    return isStatus(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** An answer that isn't 2xx. The body may be a Status, a proxy's HTML page, or plain text. */
export function fromAnswer(status: number, headers: Headers, body: string): ApiFailure {
  const said = statusIn(body);
  if (status === 404 && said === undefined && isForeign(body)) {
    return {
      status: 502,
      reason: 'BadAnswer',
      message: 'HTTP 404 from something that is not the API server: nothing can be concluded from it',
    };
  }
  return fromStatus(said, status, headers, body);
}

/** The API server says Not Found with a Status, or, of a path it doesn't serve, with this text: no page, no other JSON. */
const isForeign = (body: string): boolean => /^\s*[<{[]/.test(body);

/** A Status object, also one that came inside a watch. */
export function fromStatus(value: unknown, httpStatus = 0, headers: Headers = {}, body = ''): ApiFailure {
  const known = isStatus(value) ? value : undefined;
  const status = typeof known?.code === 'number' ? known.code : httpStatus;
  const reason =
    typeof known?.reason === 'string' && known.reason !== ''
      ? known.reason
      : (REASONS[status] ?? (status >= 500 ? 'ServerError' : 'Refused'));
  const retryAfterMs = retryAfter(headers, known?.details);
  return {
    status,
    reason,
    message: messageOf(known?.message, status, body),
    ...(known?.details === undefined ? {} : { details: known.details }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

function messageOf(message: unknown, status: number, body: string): string {
  if (typeof message === 'string' && message !== '') return message;
  const text = body.trim();
  const plain = text !== '' && !text.startsWith('<') && !text.startsWith('{') ? `: ${text.slice(0, 200)}` : '';
  return `HTTP ${status}${plain}`;
}

/** Retry-After in seconds or as an HTTP date (RFC 9110 10.2.3), else Status.details.retryAfterSeconds. */
export function retryAfter(headers: Headers, details?: unknown, now = Date.now()): number | undefined {
  const header = headers['retry-after'];
  const text = Array.isArray(header) ? header[0] : header;
  if (text !== undefined) {
    if (/^\d+$/.test(text.trim())) return Number(text) * 1000;
    const date = Date.parse(text);
    if (!Number.isNaN(date)) return Math.max(0, date - now);
  }
  if (isRecord(details) && typeof details.retryAfterSeconds === 'number') return details.retryAfterSeconds * 1000;
  return undefined;
}

const UNTRUSTED = /^(CERT_|ERR_TLS_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_(GET_ISSUER|VERIFY)|HOSTNAME_MISMATCH)/;

/** An error of the network or of TLS. `aborted` tells who ended it: the caller or the clock. */
export function fromError(error: unknown, server: string, aborted?: 'cancelled' | 'timeout'): ApiFailure {
  if (aborted === 'cancelled') {
    return { status: 0, reason: 'Cancelled', message: 'the request was cancelled', code: 'ABORTED' };
  }
  if (aborted === 'timeout') {
    return { status: 0, reason: 'Timeout', message: `${server} did not answer in time`, code: 'TIMEOUT' };
  }
  const code = codeOf(error);
  const message = error instanceof Error ? error.message : String(error);
  const said = { status: 0, ...(code === undefined ? {} : { code }) };
  if (code !== undefined && UNTRUSTED.test(code)) {
    return { ...said, reason: 'Untrusted', message: `the certificate of ${server} is not trusted: ${message}` };
  }
  return { ...said, reason: 'Unreachable', message: `${server} can't be reached: ${message || code || 'no answer'}` };
}

/** Node puts the code on the error, or, for several addresses tried at once, on the errors inside it. */
export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  return undefined;
}

/**
 * The field managers in the way of a server-side apply: one cause a field, `conflict with "kubectl" using apps/v1` or
 * `conflict with "kubectl" with subresource "scale" using …` (apimachinery's managedfields/internal/conflict.go).
 */
export function conflictsIn(details: unknown): Conflict[] {
  if (!isRecord(details) || !Array.isArray(details.causes)) return [];
  const fields = new Map<string, string[]>();
  for (const cause of details.causes) {
    if (!isRecord(cause) || cause.reason !== 'FieldManagerConflict') continue;
    const manager = /conflict with "((?:[^"\\]|\\.)*)"/.exec(String(cause.message))?.[1] ?? String(cause.message);
    const field = typeof cause.field === 'string' ? cause.field : '';
    fields.set(manager, [...(fields.get(manager) ?? []), field]);
  }
  return [...fields].map(([manager, list]) => ({ manager, fields: list }));
}
