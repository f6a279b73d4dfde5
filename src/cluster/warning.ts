import type { Headers } from './failure.ts';

/**
 * Warning headers (RFC 7234 5.5): `299 - "spec.x: deprecated …"`, several to a header or several headers. Node joins
 * repeated ones with a comma, so quoted texts are read one by one and unquoted.
 */
export function warningsIn(headers: Headers): string[] {
  const header = headers.warning;
  const text = Array.isArray(header) ? header.join(', ') : (header ?? '');
  const found = [...text.matchAll(/\b\d{3} \S+ "((?:[^"\\]|\\.)*)"/g)].map((match) =>
    (match[1] ?? '').replace(/\\(.)/g, '$1'),
  );
  return [...new Set(found)];
}
