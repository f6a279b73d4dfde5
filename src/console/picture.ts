import { eventWords } from '../report/index.ts';
import type { Event } from '../workflow/index.ts';
import { type Child, el } from './element.ts';

/** The record as a picture: runs as bars over time, failures and people's decisions as marks. From the events alone. */

const WIDTH = 900;
const LEFT = 170;
const ROW = 22;
const HEAD = 24;

type Bar = { readonly tool: string; readonly from: number; readonly to: number; readonly words: string };

export function timelinePicture(events: readonly Event[]): Child {
  const [first, last] = [events[0], events.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const [start, end] = [Date.parse(first.at), Math.max(Date.parse(last.at), Date.parse(first.at) + 1)];
  const x = (at: string) => LEFT + ((Date.parse(at) - start) / (end - start)) * (WIDTH - LEFT - 10);
  const bars = barsOf(events, x, last.at);
  const tools = [...new Set(bars.map((bar) => bar.tool))];
  const marks = events.filter(isMark);
  const height = HEAD + (tools.length + 1) * ROW + 6;
  const title = `Timeline: ${events.length} events, ${bars.length} runs of ${tools.length} tools, from ${first.at} to ${last.at}`;
  const row = (index: number) => HEAD + index * ROW;
  return el(
    'svg',
    { viewBox: `0 0 ${WIDTH} ${height}`, role: 'img', 'aria-label': title, preserveAspectRatio: 'xMinYMin' },
    el('text', { x: LEFT, y: 14 }, shortTime(first.at)),
    el('text', { x: WIDTH - 10, y: 14, 'text-anchor': 'end' }, shortTime(last.at)),
    ...tools.flatMap((tool, index) => [
      el('line', { class: 'axis', x1: LEFT, x2: WIDTH - 10, y1: row(index) + ROW / 2, y2: row(index) + ROW / 2 }),
      el('text', { x: LEFT - 8, y: row(index) + 15, 'text-anchor': 'end' }, tool),
      ...bars
        .filter((bar) => bar.tool === tool)
        .map((bar) =>
          el(
            'rect',
            { class: 'run', x: bar.from, y: row(index) + 5, width: Math.max(2, bar.to - bar.from), height: ROW - 10 },
            el('title', {}, bar.words),
          ),
        ),
    ]),
    el('text', { x: LEFT - 8, y: row(tools.length) + 15, 'text-anchor': 'end' }, 'found, decided'),
    ...marks.map((event) =>
      el(
        'circle',
        {
          class: event.by.kind === 'person' ? 'person' : 'bad',
          cx: x(event.at),
          cy: row(tools.length) + ROW / 2,
          r: event.by.kind === 'person' ? 6 : 4,
        },
        el('title', {}, `${event.seq}. ${event.at} ${eventWords(event)}`),
      ),
    ),
  );
}

const isMark = ({ by, fact }: Event): boolean =>
  by.kind === 'person' ||
  fact.type === 'opened' ||
  fact.type === 'refused' ||
  (fact.type === 'observed' && fact.verdict.status === 'fail');

function barsOf(events: readonly Event[], x: (at: string) => number, latest: string): Bar[] {
  const ends = new Map(events.flatMap(({ at, fact }) => (fact.type === 'ended' ? [[fact.run, at] as const] : [])));
  return events.flatMap(({ at, fact }): Bar[] => {
    if (fact.type !== 'begun') return [];
    const end = ends.get(fact.run) ?? latest;
    return [{ tool: fact.tool, from: x(at), to: x(end), words: `${fact.tool}: ${at} to ${end}` }];
  });
}

const shortTime = (at: string): string => at.slice(0, 16).replace('T', ' ');
