import type { Event } from '../workflow/index.ts';
import { eventWords } from './words.ts';

/** Lines shown in an answer; the resource has all of them. */
const MOST = 80;

export function timelineReport(events: readonly Event[]) {
  const all = events.map((e) => ({
    seq: e.seq,
    at: e.at,
    by: e.by.kind === 'agent' ? e.by.client : e.by.kind === 'person' ? `person (${e.by.assurance})` : 'server',
    what: eventWords(e),
  }));
  const shown = all.slice(-MOST);
  const cut = all.length - shown.length;
  return { events: shown, earlier: cut };
}

/** The whole timeline as Markdown, for the resource. */
export const timelineMarkdown = (events: readonly Event[]): string =>
  [
    '| # | when | who | what |',
    '|---|---|---|---|',
    ...events.map(
      (e) => `| ${e.seq} | ${e.at} | ${e.by.kind} | ${eventWords(e).replaceAll('|', '\\|').replaceAll('\n', ' ')} |`,
    ),
  ].join('\n');
