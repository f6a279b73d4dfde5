import { type Token, tokensOf } from './tokens.ts';

/** Words in a row, in lower case. */
export type Phrase = readonly string[];

/** `is at least|at least`: alternatives, the longest first, so that none hides a longer one. */
export const phrases = (alternatives: string): readonly Phrase[] =>
  alternatives
    .split('|')
    .map((words) => words.split(' '))
    .sort((a, b) => b.length - a.length);

/** A place in the tokens of a text, which parsers move on. */
export type Cursor = {
  readonly source: string;
  peek(ahead?: number): Token;
  take(): Token;
  /** Takes one of these phrases, if one is next. */
  eat(alternatives: readonly Phrase[]): string | undefined;
  /** Takes as many of them as there are. */
  skip(alternatives: readonly Phrase[]): void;
  isNext(alternatives: readonly Phrase[]): boolean;
  mark(): number;
  reset(mark: number): void;
  done(): boolean;
  /** What is left, as it was written. */
  rest(): string;
  /** What was written between two places. */
  between(from: number, to: number): string;
};

export function cursorOf(source: string): Cursor {
  const tokens = tokensOf(source);
  const end: Token = { kind: 'end', text: '', low: '', from: source.length, to: source.length };
  let at = 0;
  const tokenAt = (index: number): Token => tokens[index] ?? end;
  const isAt = (phrase: Phrase): boolean => phrase.every((word, n) => tokenAt(at + n).low === word);
  const cursor: Cursor = {
    source,
    peek: (ahead = 0) => tokenAt(at + ahead),
    take() {
      const token = tokenAt(at);
      at = Math.min(at + 1, tokens.length);
      return token;
    },
    eat(alternatives) {
      const found = alternatives.find(isAt);
      if (found === undefined) return undefined;
      at += found.length;
      return found.join(' ');
    },
    skip(alternatives) {
      while (cursor.eat(alternatives) !== undefined);
    },
    isNext: (alternatives) => alternatives.some(isAt),
    mark: () => at,
    reset(mark) {
      at = mark;
    },
    done: () => at >= tokens.length,
    rest: () => source.slice(tokenAt(at).from).trim(),
    between: (from, to) => (to <= from ? '' : source.slice(tokenAt(from).from, tokenAt(to - 1).to).trim()),
  };
  return cursor;
}
