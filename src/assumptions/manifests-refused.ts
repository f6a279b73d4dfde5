import { fail, unknown, type Verdict } from '../workflow/index.ts';

const UNKNOWN_FIELD = /unknown field|field not declared in schema/;

/** What the API server's own words against a dry run come to; the order counts, the special before the general. */
export function refusedBy(error: { status: number; reason: string; message: string }): {
  verdict: Verdict;
  deferrable?: boolean;
} {
  const { status, reason, message } = error;
  if (/does not support dry ?run|webhook.{0,300}dry ?run/i.test(message)) {
    return {
      verdict: unknown('AdmissionHasSideEffects', `admission that has side effects can't be tried: ${message}`),
      deferrable: true,
    };
  }
  if (status === 403 && /cannot (create|patch|update) resource/.test(message)) {
    return { verdict: unknown('PermissionMissing', message), deferrable: true };
  }
  if (status === 403 && /failed quota: .{0,500}must specify/.test(message))
    return { verdict: fail('ResourcesMissing', message) };
  if (/error looking up service account/.test(message)) return { verdict: fail('ServiceAccountMissing', message) };
  if (status === 403 && /exceeded quota/.test(message)) return { verdict: fail('QuotaExceeded', message) };
  if (status === 403 && /violates PodSecurity/.test(message)) return { verdict: fail('ViolatesPodSecurity', message) };
  if (status === 403 && /security context constraint/.test(message)) return { verdict: fail('NoSccAllowsIt', message) };
  if (status >= 400 && status < 500 && status !== 401 && status !== 429) {
    return { verdict: fail(UNKNOWN_FIELD.test(message) ? 'UnknownField' : reason, message) };
  }
  // Server-side apply answers 500 for a field that the schema doesn't have.
  if (UNKNOWN_FIELD.test(message)) return { verdict: fail('UnknownField', message) };
  // … and for a value of the wrong type.
  if (/failed to create typed patch object/.test(message)) return { verdict: fail('WrongType', message) };
  return { verdict: unknown(reason, message) };
}
