import canonicalize from 'canonicalize';

/**
 * One text for one JSON value, whatever the order of its keys (RFC 8785). What JSON can't say is settled first, the way
 * JSON.stringify does it (undefined members go, NaN is null); half a surrogate pair, which RFC 8785 refuses and a
 * client may well send, becomes U+FFFD.
 */
export function canonical(value: unknown): string {
  const text = JSON.stringify(value, wellFormedKeys);
  return canonicalize(text === undefined ? null : JSON.parse(text, wellFormed)) ?? 'null';
}

const wellFormed = (_key: string, value: unknown) => (typeof value === 'string' ? value.toWellFormed() : value);

function wellFormedKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const keys = Object.keys(value);
  if (keys.every((key) => key.isWellFormed())) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key.toWellFormed(), member]));
}
