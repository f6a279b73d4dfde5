/**
 * Bytes → text: UTF-8, or UTF-16 by its byte order mark or by the zero bytes of its ASCII letters (what PowerShell
 * writes); undefined for what is binary.
 */
export function decoded(body: Uint8Array): string | undefined {
  const head = body.subarray(0, 8192);
  const [first, second] = head;
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(body);
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(body);
  if (!head.includes(0)) return new TextDecoder('utf-8').decode(body);
  const zeros = (odd: 0 | 1) => head.filter((byte, i) => i % 2 === odd && byte === 0).length;
  const half = Math.floor(head.length / 2);
  if (zeros(1) > 0.7 * half && zeros(0) < 0.1 * half) return new TextDecoder('utf-16le').decode(body);
  if (zeros(0) > 0.7 * half && zeros(1) < 0.1 * half) return new TextDecoder('utf-16be').decode(body);
  return undefined;
}
