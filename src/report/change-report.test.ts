import { expect, test } from 'vitest';
import { type Event, fold } from '../workflow/index.ts';
import { changeHtml, changeMarkdown } from './change-render.ts';
import { changeReport } from './change-report.ts';
import { inLocalTime, localTime } from './when.ts';

const HOSTILE = '<script>alert(1)</script> | ``` \u202Egnp.exe "x" \u001b[31m';
const at = '2026-11-27T18:40:05.000Z';
const events: Event[] = [
  {
    seq: 1,
    at,
    by: { kind: 'agent', client: HOSTILE },
    fact: {
      type: 'started',
      component: HOSTILE,
      complexity: 'simple',
      workspace: '/work',
      target: {
        server: 'https://127.0.0.1:6443',
        context: 'c',
        cluster: 'c',
        via: 'kube-system',
        namespace: 'shop',
        namespaces: [],
      },
    },
  },
  {
    seq: 2,
    at,
    by: { kind: 'server' },
    fact: {
      type: 'observed',
      subject: 'image:docker.io/library/redis:7',
      verdict: { status: 'fail', reason: 'NotFound', message: HOSTILE },
      at: { cluster: 'c', namespace: 'shop' },
      asked: 'is it there?',
      via: 'cluster-reality-check',
      body: 'a'.repeat(64),
    },
  },
];

const report = () => {
  const deployment = fold('web-1', events);
  if (deployment === undefined) throw new Error('the events are a deployment');
  const bodies = new Map([['a'.repeat(64), JSON.stringify({ answer: `${HOSTILE}\n\`\`\`\n# heading` })]]);
  return changeReport({ deployment, events, now: at, bodies, plan: `# Plan\n${HOSTILE}`, offset_minutes: 330 });
};

test('the page has the timeline and the evidence, in local time with its offset', () => {
  const page = changeHtml(report());
  for (const part of [
    'Timeline',
    'Evidence of event 2',
    'NotFound',
    '2026-11-28 00:10:05 +05:30',
    'Decisions of people',
  ])
    expect(page).toContain(part);
  expect(changeMarkdown(report())).toContain('2026-11-28 00:10:05 +05:30');
});

test('it loads nothing, and no text in it is markup or a hidden character', () => {
  const page = changeHtml(report());
  expect(page).not.toMatch(/<script|<img|<link|\bsrc=|\bhref=|@import|url\(/i);
  expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  expect(page).toContain("default-src 'none'");
  for (const text of [page, changeMarkdown(report())])
    expect(['\u202E', '\u001b'].filter((one) => text.includes(one))).toEqual([]);
});

test('a fence in the evidence does not end its block', () => {
  const lines = changeMarkdown(report()).split('\n');
  const open = lines.findIndex((line) => /^`{3,}text$/.test(line));
  const mark = lines[open]?.replace('text', '') ?? '';
  expect(mark.length).toBeGreaterThan(3);
  expect(lines.slice(open + 1)).toContain(mark);
});

test.each([
  [0, '2026-11-27 18:40:05 +00:00'],
  [-210, '2026-11-27 15:10:05 -03:30'],
])('local time at an offset of %i minutes', (offset, text) => {
  expect(localTime(at, offset)).toBe(text);
});

test('each instant in a text is a person’s own time, and nothing else changes', () => {
  expect(inLocalTime('1 2026-03-01T10:00:00.000Z a\n2 2026-03-01T23:30:00Z, tag 2026-03-01T10', 120)).toBe(
    '1 2026-03-01 12:00:00 +02:00 a\n2 2026-03-02 01:30:00 +02:00, tag 2026-03-01T10',
  );
});
