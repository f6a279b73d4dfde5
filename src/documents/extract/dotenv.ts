import { isJson, type YamlDocument } from './yaml.ts';

/** The `.env` that compose reads beside a file: NAME=value, quotes taken off, comments left out. */
export function dotenv(text: string): { values: Map<string, string>; unread: number[] } {
  const values = new Map<string, string>();
  const unread: number[] = [];
  const lines = text.split(/\r?\n/);
  for (let i = 0; i < lines.length; i += 1) {
    const line = lines[i] ?? '';
    const [, name, value = ''] = /^\s*(?:export\s+)?([A-Za-z_][\w.-]*)\s*[=:](.*)/.exec(line) ?? [];
    if (name === undefined) {
      // A name alone takes its value from whoever starts compose.
      if (!/^\s*(#.*|(export\s+)?[A-Za-z_][\w.-]*\s*)?$/.test(line.replace(/^\ufeff/, ''))) unread.push(i + 1);
      continue;
    }
    let rest = value.trimStart();
    const quote = /^["']/.exec(rest)?.[0];
    // A quoted value may go on over several lines.
    if (quote !== undefined && !closed(rest, quote)) {
      let end = i + 1;
      while (end < lines.length && !closed(`${quote}${lines[end]}`, quote)) end += 1;
      if (end < lines.length) {
        rest = [rest, ...lines.slice(i + 1, end + 1)].join('\n');
        i = end;
      } else unread.push(i + 1);
    }
    const single = /^'([^']*)'/.exec(rest)?.[1];
    const double = /^"((?:[^"\\]|\\.)*)"/s.exec(rest)?.[1];
    values.set(name, single ?? double?.replace(/\\(["\\$])/g, '$1') ?? rest.replace(/(?<!\s)\s+#.*/, '').trim());
  }
  return { values, unread };
}

const closed = (text: string, quote: string): boolean =>
  quote === "'" ? /^'[^']*'/.test(text) : /^"(?:[^"\\]|\\.)*"/s.test(text);

const BRACED = /\$\$|\$\{([A-Za-z_]\w*)(?:(:?[-?+])([^${}]*))?\}|\$([A-Za-z_]\w*)/g;

/** A compose document with what `.env` says filled in, as compose does it; variables without a value stay as they are. */
export function filledIn(document: YamlDocument, environment: ReadonlyMap<string, string>): YamlDocument {
  if (environment.size === 0) return document;
  const fill = (text: string) =>
    text.replace(BRACED, (whole, braced?: string, how?: string, other?: string, bare?: string) => {
      const value = environment.get(braced ?? bare ?? '');
      if (value === undefined) return whole;
      const given = how?.startsWith(':') === true ? value !== '' : true;
      if (how?.endsWith('+') === true) return given ? (other ?? '') : '';
      return given ? value : how?.endsWith('-') === true ? (other ?? '') : whole;
    });
  const seen = new Map<object, unknown>();
  const walk = (value: unknown): unknown => {
    if (typeof value === 'string') return value.includes('$') ? fill(value) : value;
    if (typeof value !== 'object' || value === null) return value;
    const known = seen.get(value);
    if (known !== undefined) return known;
    const made = Array.isArray(value)
      ? value.map(walk)
      : Object.fromEntries(Object.entries(value).map(([key, one]) => [key, walk(one)]));
    seen.set(value, made);
    return made;
  };
  const value = walk(document.value);
  return isJson(value) ? { value, at: document.at } : document;
}
