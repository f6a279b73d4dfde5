/**
 * A long Markdown text in pieces that can be parsed one by one, because the parser's time grows faster than the text: cut
 * at a blank line outside of fenced code whose next line begins a new block at the margin. Joined, they are the text.
 */
export type Chunk = { readonly text: string /** Of its first line, from 0. */; readonly line: number };

const CHUNK = { characters: 8 * 1024, lines: 200 };
/** Where no such line comes, at any line; inside fenced code never, so that a manifest stays whole. */
const LONGEST_CHUNK = { characters: 16 * 1024, lines: 400 };
/** A line of prose this long is cut for the parser, which needs only to know what kind of block it begins. */
const LINE_CHARACTERS = 4 * 1024;
const MAX_QUOTES = 16;

export function chunksOf(text: string): Chunk[] {
  const chunks: Chunk[] = [];
  let open: string[] = [];
  let length = 0;
  let first = 0;
  let fence: string | undefined;
  let blank = false;
  text.split('\n').forEach((line, index) => {
    const margin = blank && /^[^\s>]/.test(line) && !/^(?:[-*+]|\d{1,9}[.)])\s/.test(line);
    const beyond = (most: typeof CHUNK) => length > most.characters || index - first > most.lines;
    if (fence === undefined && ((margin && beyond(CHUNK)) || beyond(LONGEST_CHUNK))) {
      chunks.push({ text: open.join('\n'), line: first });
      open = [];
      length = 0;
      first = index;
    }
    const marker = markerOf(line);
    if (fence === undefined) fence = marker;
    else if (marker !== undefined && closes(line, fence)) fence = undefined;
    blank = line.trim() === '';
    const kept = fence === undefined ? shortened(line) : line;
    open.push(kept);
    length += kept.length + 1;
  });
  chunks.push({ text: open.join('\n'), line: first });
  return chunks;
}

/** The backticks or tildes that a line's first word is, behind quotes and list marks. */
function markerOf(line: string): string | undefined {
  return /^[\s>]{0,64}(?:(?:[-*+]|\d{1,9}[.)])\s{1,16})?(`{3,}|~{3,})/.exec(line)?.[1];
}

const closes = (line: string, fence: string) => {
  const rest = line.slice(line.indexOf(fence[0] ?? '`')).trimEnd();
  return rest.length >= fence.length && [...rest].every((c) => c === fence[0]);
};

/** Quotes within quotes deeper than anyone reads, and what is beyond the beginning of a very long line, left out. */
function shortened(line: string): string {
  let quotes = 0;
  let at = 0;
  for (; at < line.length && (line[at] === '>' || line[at] === ' '); at += 1) if (line[at] === '>') quotes += 1;
  const flat = quotes > MAX_QUOTES ? `> ${line.slice(at)}` : line;
  return flat.length > LINE_CHARACTERS ? flat.slice(0, LINE_CHARACTERS) : flat;
}
