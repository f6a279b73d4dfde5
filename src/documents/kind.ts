import type { PartKind } from './document.ts';

/** By the end of a file's name. */
const BY_NAME: readonly (readonly [RegExp, PartKind])[] = [
  [/\.x?html?$/i, 'html'],
  [/\.(ya?ml|json)$/i, 'yaml'],
  [/\.(adoc|asciidoc|asc)$/i, 'asciidoc'],
  [/\.(rst|rest)$/i, 'rst'],
  [/\.(sh|bash|zsh|ksh|mk|service)$|(^|\/)(GNU)?makefile$/i, 'shell'],
  [/\.(md|markdown|mdx)$/i, 'markdown'],
];

/** By what a file without a telling name begins with, or has in it. */
const BY_TEXT: readonly (readonly [RegExp, PartKind])[] = [
  [/^\s*(<!doctype html|<html[\s>])/i, 'html'],
  [/^#!.*\b(ba|z|k|da)?sh\b/, 'shell'],
  [/^\[source,[^\]\r\n]*\][ \t]*\n-{4,}/m, 'asciidoc'],
  [/^[ \t]*\.\. code-block::/m, 'rst'],
];

/** What a file or an answer is, by its media type, its name, and its first words. */
export function kindOf(name: string, text: string, mediaType = ''): PartKind {
  if (/html/i.test(mediaType)) return 'html';
  const named = BY_NAME.find(([pattern]) => pattern.test(name))?.[1];
  if (named === undefined || named === 'html' || named === 'shell') {
    if (/yaml|json$/i.test(mediaType)) return 'yaml';
    if (/markdown/i.test(mediaType)) return 'markdown';
  }
  if (named !== undefined) return named;
  const told = BY_TEXT.find(([pattern]) => pattern.test(text))?.[1];
  return told ?? (looksLikeYaml(text) ? 'yaml' : 'markdown');
}

/** A mapping at the top, with a field that manifests and compose files begin with, and nothing that is Markdown's. */
export const looksLikeYaml = (text: string): boolean =>
  /^(?:apiVersion|version|services|kind|name|include|x-[\w-]{1,64}):/.test(firstLine(text)) &&
  !/^(```|~~~|#{1,6} \w)/m.test(text.replace(/^#[^\n]*$/gm, ''));

/** The first line that says something: no comment, no blank, no document mark. */
function firstLine(text: string): string {
  for (let from = 0; from < text.length; ) {
    const end = text.indexOf('\n', from);
    const line = text.slice(from, end < 0 ? text.length : end);
    if (line.trim() !== '' && !line.startsWith('#') && line.trimEnd() !== '---') return line.slice(0, 200);
    if (end < 0) break;
    from = end + 1;
  }
  return '';
}
