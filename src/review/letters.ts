import { hasHidden, hasOddBlank } from '../workflow/visible.ts';

/**
 * Letters that deceive: hidden ones, ones that turn the direction, and ones of another script that look like Latin. Names
 * in Kubernetes and its images are ASCII; commands, scripts, values and sentences need not be.
 */
const LATIN = /\p{Script=Latin}/u;
const WORD = /[\p{L}\p{M}\p{N}]+/gu;

/** Scripts with letters that a reader takes for Latin ones; the whole-width forms of Latin, too. */
const LOOKS_LATIN =
  /[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\p{Script=Cherokee}\p{Script=Coptic}\p{Script=Lisu}\uFF01-\uFF5E\u{1D400}-\u{1D7FF}]/u;

/** Cyrillic and Greek letters whose shapes are those of Latin ones: a word of nothing else passes for a Latin word. */
const TWINS = /^[\p{M}\p{N}АВЕЅІЈКМНОРСТУХаеорсухіјѕһԁԛԝѵӏΑΒΕΖΗΙΚΜΝΟΡΤΥΧονικρυα]+$/u;

export type Deception = { readonly word: string; readonly points: readonly string[]; readonly why: string };

/** At most `most` of a text: the words that deceive, with the numbers of their characters. */
export function deceptions(text: string, most = 3): Deception[] {
  const found: Deception[] = [];
  if (!SUSPECT.test(text)) return found;
  for (const line of text.split('\n')) {
    for (const word of line.split(/[ \t\r]+/)) {
      if (word === '') continue;
      if (found.length >= most) return found;
      const why = hasHidden(word)
        ? 'hidden characters'
        : hasOddBlank(word)
          ? 'a blank that is no space'
          : (word.match(WORD) ?? []).some(mixed)
            ? 'look-alike letters'
            : undefined;
      if (why !== undefined) found.push({ word, points: pointsOf(word), why });
    }
  }
  return found;
}

const SUSPECT = /[^\x20-\x7e\n\r\t]/;

const mixed = (word: string): boolean =>
  LOOKS_LATIN.test(word) && (LATIN.test(word) || TWINS.test(word) || /[\uFF01-\uFF5E\u{1D400}-\u{1D7FF}]/u.test(word));

const pointsOf = (word: string): string[] =>
  [...new Set([...word].filter((c) => !/[\x20-\x7e]/.test(c)))]
    .slice(0, 6)
    .map((c) => `U+${(c.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`);
