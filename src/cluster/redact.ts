import { type Redactor, redact } from '../redaction/index.ts';
import { isRecord } from './failure.ts';
import type { ApiFailure } from './result.ts';

export function redactFailure(failure: ApiFailure, hide: Redactor): ApiFailure {
  return {
    ...failure,
    message: hide(failure.message),
    ...(failure.details === undefined ? {} : { details: redactDeep(failure.details, hide) }),
  };
}

function redactDeep(value: unknown, hide: Redactor): unknown {
  if (typeof value === 'string') return hide(value);
  if (Array.isArray(value)) return value.map((item) => redactDeep(item, hide));
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, redactDeep(item, hide)]));
}

const LOGIN_CHARACTERS = 500;

/** What a login program printed may hold the token it was asked for. */
export const redactLogin = (text: string): string =>
  redact(text.slice(0, 16 * LOGIN_CHARACTERS))
    .trim()
    .slice(0, LOGIN_CHARACTERS);
