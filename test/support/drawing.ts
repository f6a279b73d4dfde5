import { PIECES } from './hostile.ts';

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

/** Texts drawn from a seed, each of one to three known pieces or random characters. The same seed gives the same texts. */
export function texts(seed: number): () => string {
  const draw = drawing(seed);
  return () =>
    Array.from({ length: 1 + draw(3) }, () =>
      draw(2) === 0
        ? (PIECES[draw(PIECES.length)] ?? '')
        : Array.from({ length: 1 + draw(4) }, () => ALPHABET[draw(ALPHABET.length)] ?? '').join(''),
    ).join('');
}
