import { PIECES, READERS, type Slow, slowness } from '../test/support/hostile.ts';

/**
 * `npm run fuzz [-- SECONDS [SEED]]`: every reader of text of others over pieces drawn from a seed, repeated to 10 and
 * 100 KB. Fails when ten times the text takes more than fifteen times as long, or the stack runs out. The same seed
 * gives the same texts.
 */
const [seconds = 120, seed = 1] = process.argv.slice(2).map(Number);
const until = performance.now() + seconds * 1000;
const ALPHABET = 'ab01 \n\t"\'`\\/:;,.=-_+*&|<>()[]{}$#!?%@~^eyJ';

/** Mulberry32: small, and the same everywhere. */
function drawing(from: number): (below: number) => number {
  let state = from >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

const draw = drawing(seed);
const drawn = (): string =>
  Array.from({ length: 1 + draw(3) }, () =>
    draw(2) === 0
      ? (PIECES[draw(PIECES.length)] ?? '')
      : Array.from({ length: 1 + draw(4) }, () => ALPHABET[draw(ALPHABET.length)] ?? '').join(''),
  ).join('');

const readers = Object.keys(READERS);
const slow: Slow[] = [];
let rounds = 0;
while (performance.now() < until) {
  const piece = drawn();
  for (const reader of readers) {
    if (performance.now() > until) break;
    const found = await slowness(reader, piece);
    rounds += 1;
    if (found !== undefined) slow.push(found);
  }
}
for (const { reader, piece, short_ms, long_ms } of slow)
  console.log(
    `${reader}: ${JSON.stringify(piece)} takes ${Math.round(short_ms)} ms at 10 KB, ${Math.round(long_ms)} ms at 100 KB`,
  );
console.log(`seed ${seed}: ${rounds} readings, ${slow.length} too slow`);
process.exit(slow.length === 0 ? 0 : 1);
