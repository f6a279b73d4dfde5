/**
 * What MkDocs and raw HTML add to Markdown, made plain line by line, so that every line keeps its number: the indented
 * content of tabs and admonitions, and `<pre>` between HTML tags, which CommonMark would cut at its first blank line.
 */
const MARKER = /^(\s*)(?:===[!+]?|!!!|\?\?\?\+?)\s+\S/;

export function dedented(text: string): string {
  let lines = text.split('\n');
  for (let depth = 0; depth < 4 && lines.some((line) => MARKER.test(line)); depth++) lines = outdent(lines);
  return lines.join('\n');
}

function outdent(lines: readonly string[]): string[] {
  const made = [...lines];
  let fence = '';
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? '';
    const mark = /^\s*(`{3,}|~{3,})/.exec(line)?.[1] ?? '';
    if (mark !== '') fence = fence === '' ? mark : line.trim().startsWith(fence) ? '' : fence;
    const marker = fence === '' ? MARKER.exec(line) : null;
    if (marker === null) continue;
    const indent = (marker[1] ?? '').length;
    made[i] = '';
    const inside = new RegExp(`^\\s{${indent + 4}}`);
    for (i++; i < lines.length; i++) {
      const next = lines[i] ?? '';
      if (next.trim() === '') continue;
      const tabbed = next.startsWith('\t'.repeat(Math.floor(indent / 4) + 1));
      if (!inside.test(next) && !tabbed) break;
      made[i] = tabbed ? next.replace('\t', '') : next.slice(0, indent) + next.slice(indent + 4);
    }
    i -= 1;
  }
  return made;
}

export type Preformatted = { readonly html: string; readonly line: number };

/** The `<pre>` regions outside fences, and the text with their lines blank. */
export function withoutPre(text: string): { text: string; regions: Preformatted[] } {
  if (!/<pre[\s>]/i.test(text)) return { text, regions: [] };
  const lines = text.split('\n');
  const regions: Preformatted[] = [];
  let fence = '';
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? '';
    const mark = /^\s*(`{3,}|~{3,})/.exec(line)?.[1] ?? '';
    if (mark !== '') fence = fence === '' ? mark : line.trim().startsWith(fence) ? '' : fence;
    if (fence !== '' || !/<pre[\s>]/i.test(line)) continue;
    let end = i;
    while (end < lines.length - 1 && !/<\/pre>/i.test(lines[end] ?? '')) end++;
    regions.push({ html: lines.slice(i, end + 1).join('\n'), line: i + 1 });
    for (let j = i; j <= end; j++) lines[j] = '';
    i = end;
  }
  return { text: lines.join('\n'), regions };
}
