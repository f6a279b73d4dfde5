/**
 * A criterion's text → words, quoted texts, paths and signs, each with its place in the text. One pass; what is quoted or
 * in braces or brackets of a path stays whole.
 */
export type Token = {
  readonly kind: 'word' | 'quoted' | 'path' | 'sign' | 'end';
  /** Without its quotes. */
  readonly text: string;
  /** In lower case, for words and signs; '' for what is quoted. */
  readonly low: string;
  readonly from: number;
  readonly to: number;
};

/** Longest first. */
const SIGNS = [
  '->',
  '=>',
  '>=',
  '<=',
  '==',
  '!=',
  '&&',
  '→',
  '≥',
  '≤',
  '≠',
  '=',
  '>',
  '<',
  '&',
  ',',
  '(',
  ')',
  '[',
  ']',
  ';',
];
const ENDS_WORD = new Set([
  ' ',
  '\t',
  '\n',
  '\r',
  '"',
  '`',
  '“',
  ...SIGNS.map((sign) => sign.charAt(0)).filter((c) => c !== '-' && c !== '!'),
]);
const PATH = /\.?(?:status|spec|metadata|data)(?=[.[])|\.(?=[a-z])/iy;
const isSpace = (c: string): boolean => c === ' ' || c === '\t' || c === '\n' || c === '\r';
const isWordLetter = (c: string): boolean => /[\w)\]]/.test(c);

export function tokensOf(source: string): Token[] {
  const tokens: Token[] = [];
  const unclosed = new Set<string>();
  const put = (kind: Token['kind'], text: string, from: number, to: number): number => {
    tokens.push({ kind, text, low: kind === 'word' || kind === 'sign' ? text.toLowerCase() : '', from, to });
    return to;
  };
  for (let i = 0; i < source.length; ) {
    const c = source.charAt(i);
    if (isSpace(c)) {
      i += 1;
      continue;
    }
    const quoted = closing(source, i, unclosed);
    if (quoted !== undefined) {
      i = put('quoted', source.slice(i + 1, quoted), i, quoted + 1);
      continue;
    }
    const path = endOfPath(source, i);
    if (path > i) {
      i = put('path', source.slice(i, path), i, path);
      continue;
    }
    const sign = SIGNS.find((s) => source.startsWith(s, i)) ?? (c === ':' ? c : undefined);
    if (sign !== undefined) {
      i = put('sign', sign, i, i + sign.length);
      continue;
    }
    const end = endOfWord(source, i);
    const whole = source.slice(i, end);
    const last =
      whole.length > 1 && (end === source.length || isSpace(source.charAt(end))) ? /[.:!]$/.exec(whole) : null;
    const word = last === null ? whole : whole.slice(0, -1);
    put('word', word, i, i + word.length);
    if (last !== null) put('sign', last[0] === '!' ? '.' : last[0], end - 1, end);
    i = end;
  }
  return tokens;
}

/** Where the quote that opens at `i` closes. An apostrophe within a word opens nothing. */
function closing(source: string, i: number, unclosed: Set<string>): number | undefined {
  const c = source.charAt(i);
  const curly = { '“': '”', '‘': '’' }[c];
  if (curly !== undefined) {
    const end = unclosed.has(c) ? -1 : source.indexOf(curly, i + 1);
    if (end === -1) unclosed.add(c);
    return end === -1 ? undefined : end;
  }
  if ((c !== '"' && c !== '`' && c !== "'") || unclosed.has(c)) return undefined;
  if (c === "'" && i > 0 && isWordLetter(source.charAt(i - 1))) return undefined;
  for (let end = source.indexOf(c, i + 1); end !== -1; end = source.indexOf(c, end + 1)) {
    if (c !== "'" || !/\w/.test(source.charAt(end + 1))) return end;
  }
  unclosed.add(c);
  return undefined;
}

/** `{.status.phase}`, `status.conditions[?(@.type=="Ready")].status`, `.spec.replicas`; `i` itself when none begins there. */
function endOfPath(source: string, i: number): number {
  if (source.charAt(i) === '{') {
    const end = balanced(source, i, '{', '}');
    return end === undefined ? i : end + 1;
  }
  if (i > 0 && !isSpace(source.charAt(i - 1)) && !'(=<>,'.includes(source.charAt(i - 1))) return i;
  PATH.lastIndex = i;
  const start = PATH.exec(source);
  if (start === null) return i;
  let end = i + start[0].length;
  while (end < source.length) {
    const c = source.charAt(end);
    // A slash belongs to a key with escaped dots (`example\\.org/key`), and to no other path.
    if (c === '/' && !source.slice(i, end).includes('\\')) break;
    if (c === '[') {
      const close = balanced(source, end, '[', ']');
      if (close === undefined) break;
      end = close + 1;
    } else if (c === '\\' && end + 1 < source.length) end += 2;
    else if (/[\w./-]/.test(c)) end += 1;
    else break;
  }
  while (end > i && source.charAt(end - 1) === '.') end -= 1;
  return end;
}

/** Paths are short: a bracket that isn't closed within so much is no path's. */
const LONGEST_PART = 400;

function balanced(source: string, i: number, open: string, close: string): number | undefined {
  let depth = 0;
  for (let at = i; at < source.length && at - i < LONGEST_PART; at++) {
    const c = source.charAt(at);
    if (c === open) depth += 1;
    else if (c === close) {
      depth -= 1;
      if (depth === 0) return at;
    }
  }
  return undefined;
}

function endOfWord(source: string, i: number): number {
  let end = i + 1;
  while (end < source.length) {
    const c = source.charAt(end);
    if (ENDS_WORD.has(c) || (c === '!' && source.charAt(end + 1) === '=')) break;
    end += 1;
  }
  return end;
}
