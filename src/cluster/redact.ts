import type { KubeObject } from '../objects/kube-object.ts';
import { isRecord } from './failure.ts';
import type { ApiFailure } from './result.ts';

const HIDDEN = '(redacted)';

/** Every value a Secret holds, as sent and decoded, longest first; validation and webhooks like to quote them. */
export function secretValuesOf(object: KubeObject): string[] {
  if (object.kind !== 'Secret') return [];
  const values: string[] = [];
  for (const value of Object.values(isRecord(object.stringData) ? object.stringData : {})) {
    const text = String(value);
    values.push(text, Buffer.from(text).toString('base64'));
  }
  for (const value of Object.values(isRecord(object.data) ? object.data : {})) {
    const text = String(value);
    values.push(text, Buffer.from(text, 'base64').toString('utf8'));
  }
  return hiddenForms(values);
}

/** Every value that a patch of a Secret brings, in whichever of the patch formats. */
export function secretValuesIn(patch: unknown): string[] {
  const operations = Array.isArray(patch) ? patch.map((step) => (isRecord(step) ? step.value : undefined)) : [patch];
  return hiddenForms(operations.flatMap(stringsIn).flatMap((text) => [text, Buffer.from(text, 'base64').toString()]));
}

function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(stringsIn);
  return isRecord(value) ? Object.values(value).flatMap(stringsIn) : [];
}

function hiddenForms(values: readonly string[]): string[] {
  // A value inside JSON or a Go-quoted string is written with escapes.
  const quoted = values.map((value) => JSON.stringify(value).slice(1, -1));
  // `echo value | base64` brings a newline that whoever quotes the value leaves out.
  const trimmed = values.map((value) => value.trim());
  return [...new Set([...values, ...quoted, ...trimmed])]
    .filter((value) => value.trim().length >= 3)
    .sort((a, b) => b.length - a.length);
}

export function redactText(text: string, secrets: readonly string[]): string {
  return secrets.reduce((left, secret) => left.replaceAll(secret, HIDDEN), text);
}

export function redactFailure(failure: ApiFailure, secrets: readonly string[]): ApiFailure {
  if (secrets.length === 0) return failure;
  return {
    ...failure,
    message: redactText(failure.message, secrets),
    ...(failure.details === undefined ? {} : { details: redactDeep(failure.details, secrets) }),
  };
}

function redactDeep(value: unknown, secrets: readonly string[]): unknown {
  if (typeof value === 'string') return redactText(value, secrets);
  if (Array.isArray(value)) return value.map((item) => redactDeep(item, secrets));
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, redactDeep(item, secrets)]));
}

/** What a login program printed may hold the token it was asked for: JWTs, bearer tokens, OpenShift's sha256~ tokens. */
export function redactLogin(text: string): string {
  return text
    .replace(/\beyJ[\w-]+(\.[\w-]*){0,4}/g, HIDDEN)
    .replace(/\bsha256~[\w-]+/g, HIDDEN)
    .replace(/\b(bearer|token|password|secret)(["']?\s*[:= ]\s*["']?)[^\s"']{8,}/gi, `$1$2${HIDDEN}`)
    .trim()
    .slice(0, 500);
}
