import { stripVTControlCharacters } from 'node:util';
import type { Redactor } from '../redaction/index.ts';

/** More than this is kept around each cut, so that a secret that lies across it is seen whole before it is cut. */
const SLACK = 16 * 1024;

/** The beginning and the end of a stream of any length, in memory bounded by `limit`. */
export interface HeadAndTail {
  add(chunk: Uint8Array): void;
  /** Redacted, at most about `limit` bytes, with a line that says how much is left out. */
  text(hide: Redactor): { text: string; truncated: boolean };
}

export function headAndTail(limit: number): HeadAndTail {
  const half = Math.max(1, Math.floor(limit / 2));
  const room = half + SLACK;
  const head: Uint8Array[] = [];
  let headBytes = 0;
  let tail: Uint8Array[] = [];
  let tailBytes = 0;
  let total = 0;

  function add(chunk: Uint8Array): void {
    total += chunk.length;
    const first = chunk.subarray(0, Math.max(0, room - headBytes));
    if (first.length > 0) {
      head.push(Uint8Array.from(first)); // a copy: a view would keep the stream's buffer alive
      headBytes += first.length;
    }
    const rest = chunk.subarray(first.length);
    if (rest.length === 0) return;
    tail.push(Uint8Array.from(rest.subarray(Math.max(0, rest.length - room))));
    tailBytes += tail.at(-1)?.length ?? 0;
    if (tailBytes > 2 * room) {
      const joined = Buffer.concat(tail).subarray(-room);
      tail = [Uint8Array.from(joined)];
      tailBytes = joined.length;
    }
  }

  function text(hide: Redactor) {
    const whole = headBytes + tailBytes;
    if (total <= whole && total <= limit) {
      return { text: shown(Buffer.concat([...head, ...tail]), hide), truncated: false };
    }
    // Nothing lies between head and tail yet: redact them as one text before cutting.
    const joined = total <= whole ? shown(Buffer.concat([...head, ...tail]), hide) : undefined;
    const first = (joined ?? shown(Buffer.concat(head), hide)).slice(0, half);
    const last = (joined ?? shown(Buffer.concat(tail).subarray(-room), hide)).slice(-half);
    const left = Math.max(0, total - 2 * half);
    return { text: `${first}\n[… ${left} bytes left out …]\n${last}`, truncated: true };
  }

  return { add, text };
}

/** Escape sequences go first: a colour code inside a password must not save it from being hidden. */
function shown(bytes: Uint8Array, hide: Redactor): string {
  const plain = stripVTControlCharacters(new TextDecoder().decode(bytes));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is taken out
  return hide(plain.replace(/\r\n/g, '\n').replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, ''));
}
