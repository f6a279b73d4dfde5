import type { PartKind } from './document.ts';

/** What a file or an answer is, by its media type, its name, and its first words. */
export function kindOf(name: string, text: string, mediaType = ''): PartKind {
  if (/html/i.test(mediaType) || /\.x?html?$/i.test(name)) return 'html';
  if (/yaml/i.test(mediaType) || /\.(ya?ml|json)$/i.test(name) || /json$/i.test(mediaType)) return 'yaml';
  if (/markdown/i.test(mediaType) || /\.(md|markdown|mdx|rst|adoc)$/i.test(name)) return 'markdown';
  if (/^\s*(<!doctype html|<html[\s>])/i.test(text)) return 'html';
  if (
    /^(---\s*\n)?(#[^\n]*\n|\s*\n)*(apiVersion|version|services|kind|name|x-[\w-]+):/.test(text) &&
    !/^(```|~~~|#{1,6} \w)/m.test(text.replace(/^#[^\n]*$/gm, ''))
  )
    return 'yaml';
  return 'markdown';
}
