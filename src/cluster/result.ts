/** What the API server, or the way to it, said no with. Never holds a Secret's values or a credential. */
export type ApiFailure = {
  /** The HTTP status; 0 when there was no answer. */
  readonly status: number;
  /** The API server's own reason (NotFound, Forbidden, Invalid …), or ours: NoKubeconfig, BadKubeconfig, UnknownContext,
   *  Unreachable, Untrusted, Unauthorized, Timeout, Cancelled, NoKindMatch, DiscoveryStale, NamespaceRequired,
   *  NameRequired, TooLarge, BadAnswer, BadRequest. */
  readonly reason: string;
  readonly message: string;
  /** Status.details as the API server sent it. */
  readonly details?: unknown;
  readonly retryAfterMs?: number;
  /** The network's or TLS's word: ECONNREFUSED, CERT_HAS_EXPIRED … */
  readonly code?: string;
  /** Who else owns the fields that an apply wanted to change. */
  readonly conflicts?: readonly Conflict[];
};

export type Conflict = { readonly manager: string; readonly fields: readonly string[] };

export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: ApiFailure };

export const ok = <T>(value: T): Result<T> => ({ ok: true, value });
export const failed = (error: ApiFailure): { readonly ok: false; readonly error: ApiFailure } => ({ ok: false, error });

/** A failure of ours, before or beside the API server. */
export const problem = (reason: string, message: string, more: Partial<ApiFailure> = {}) =>
  failed({ status: 0, reason, message, ...more });
