import { basename } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Pattern } from './patterns.ts';

/** Files to load on stdin; the patterns that they make while they are loaded on stdout. */
const files: readonly string[] = JSON.parse(await text(process.stdin));
const Real = globalThis.RegExp;
const found: Pattern[] = [];
let file = '';
globalThis.RegExp = new Proxy(Real, {
  construct(target, args, as) {
    const made: RegExp = Reflect.construct(target, args, as);
    found.push({ source: made.source, flags: made.flags, file });
    return made;
  },
});
for (const path of files) {
  file = basename(path);
  await import(path);
}
globalThis.RegExp = Real;
process.stdout.write(JSON.stringify(found));
