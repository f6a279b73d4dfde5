/**
 * A piece of Markdown cut at the margin into what needs no parser (headings, fenced code, paragraphs of plain lines) and the
 * rest (lists, quotes, HTML, indented code, tables, underlined headings), which has the parser's own rules.
 */
export type Segment =
  | { readonly kind: 'heading'; readonly written: string; readonly line: number }
  | { readonly kind: 'code'; readonly language: string | undefined; readonly text: string; readonly line: number }
  | { readonly kind: 'paragraph'; readonly line: number; readonly end: number }
  | { readonly kind: 'other'; readonly text: string; readonly line: number };

const HEADING = /^#{1,6}(?:[ \t]|$)/;
const FENCE = /^(?:`{3,}|~{3,})/;
/** A line that begins a paragraph and nothing else: a letter, an opening bracket or quote, code in the line. */
const PLAIN = /^(?:[\p{L}("']|`(?!``))/u;
/** HTML that ends with its own mark and not with a blank line. */
const LONG_HTML = /<(?:!|\?|script|style|textarea|pre)/i;

/** `line` of each: from 0. */
export function segmentsOf(text: string): Segment[] {
  if (LONG_HTML.test(text)) return [{ kind: 'other', text, line: 0 }];
  const lines = text.split('\n');
  const segments: Segment[] = [];
  let at = 0;
  while (at < lines.length) {
    const line = lines[at] ?? '';
    if (line.trim() === '') at += 1;
    else at = heading(at, line) ?? fence(at, line) ?? paragraph(at, line) ?? other(at);
  }
  return segments;

  function heading(from: number, line: string): number | undefined {
    if (!HEADING.test(line)) return undefined;
    segments.push({ kind: 'heading', written: withoutClosing(line.replace(/^#{1,6}/, '').trim()), line: from });
    return from + 1;
  }

  function fence(from: number, line: string): number | undefined {
    const mark = FENCE.exec(line)?.[0];
    const info = line.slice(mark?.length);
    if (mark === undefined || (mark.startsWith('`') && info.includes('`'))) return undefined;
    let end = from + 1;
    while (end < lines.length && !closes(lines[end] ?? '', mark)) end += 1;
    const language = info.trim().split(/\s/)[0];
    // Left open, it goes to the end, without the last line's own end.
    const isOpen = end === lines.length && lines.at(-1) === '' && end > from + 1;
    const body = lines.slice(from + 1, isOpen ? end - 1 : end).join('\n');
    segments.push({ kind: 'code', language: language === '' ? undefined : language, text: body, line: from });
    return end + 1;
  }

  function paragraph(from: number, line: string): number | undefined {
    if (!PLAIN.test(line)) return undefined;
    let end = from + 1;
    while (end < lines.length && PLAIN.test(lines[end] ?? '')) end += 1;
    if ((lines[end] ?? '').trim() !== '') return undefined;
    segments.push({ kind: 'paragraph', line: from, end: end - 1 });
    return end;
  }

  /** To the first line at the margin, behind a blank one, that is none of a list, a quote or HTML. */
  function other(from: number): number {
    let end = from + 1;
    while (end < lines.length) {
      const line = lines[end] ?? '';
      const begins = PLAIN.test(line) || HEADING.test(line) || FENCE.test(line);
      if (begins && (lines[end - 1] ?? '').trim() === '') break;
      end += 1;
    }
    segments.push({ kind: 'other', text: lines.slice(from, end).join('\n'), line: from });
    return end;
  }
}

function closes(line: string, mark: string): boolean {
  const indent = /^ {0,3}/.exec(line)?.[0].length ?? 0;
  const rest = line.slice(indent).trimEnd();
  return rest.length >= mark.length && [...rest].every((c) => c === mark[0]);
}

/** `## Title ##` is written `Title`. */
function withoutClosing(text: string): string {
  let end = text.length;
  while (end > 0 && text[end - 1] === '#') end -= 1;
  const before = text[end - 1];
  return end === text.length || (end > 0 && before !== ' ' && before !== '\t') ? text : text.slice(0, end).trimEnd();
}
