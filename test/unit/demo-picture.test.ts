import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Parser } from 'htmlparser2';
import { expect, test } from 'vitest';
import { demoSvg, drawn, outcomesOf, PARTS, partsOf } from '../../scripts/demo-svg.ts';
import { columns, WIDTH } from '../../src/demo/layout.ts';
import { REFUSALS } from '../../src/workflow/admit.ts';

/**
 * The picture of the README is drawn from docs/assets/demo.txt, a recorded run. Here: what can be checked without running
 * the demo; test/cluster/demo.test.ts compares the recorded run's calls with those of a run.
 */
const run = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'assets', 'demo.txt'), 'utf8');

test('the recorded run has at most 150 lines of at most 100 columns, and ends well', () => {
  const lines = run.trimEnd().split('\n');
  expect(lines.length).toBeLessThanOrEqual(150);
  expect(lines.filter((line) => columns(line) > WIDTH)).toEqual([]);
  expect(lines.at(-1)).toMatch(/^demo: complete \(\d+ calls, \d+ refused, \d+ s\)$/);
});

test('it has every part of the picture, in order', () => {
  expect(partsOf(run)).toHaveLength(PARTS.length);
  expect(() => partsOf(run.replace(/^✓ request-approval.*$/m, ''))).toThrow('record it again');
});

test('the refusals in it are codes that the server has', () => {
  const codes = [...run.matchAll(/REFUSED ([A-Z_]+)/g)].map(([, code = '']) => code);
  expect(codes.length).toBeGreaterThan(2);
  expect(codes.filter((code) => !Object.hasOwn(REFUSALS, code))).toEqual([]);
});

test('the picture is one well-formed SVG that loads nothing and shows only lines of the run', () => {
  const svg = demoSvg(run);
  const open: string[] = [];
  const shown: string[] = [];
  const parser = new Parser(
    {
      onopentag: (name, attributes) => {
        open.push(name);
        expect(Object.keys(attributes).filter((one) => /^(href|xlink:href|src|on.*)$/.test(one))).toEqual([]);
        if (name === 'text') shown.push('');
      },
      ontext: (text) => {
        if (open.at(-1) === 'text') shown.push((shown.pop() ?? '') + text);
      },
      onclosetag: (name, implied) => {
        // An element without content closes itself; any other has an end of its own.
        if (implied) expect(['rect', 'circle']).toContain(name);
        expect(open.pop()).toBe(name);
      },
    },
    { xmlMode: true, decodeEntities: true },
  );
  parser.end(svg);
  expect(open).toEqual([]);
  const captions = PARTS.map(({ caption }) => `# ${caption}`);
  const lines = new Set([...run.split('\n').map(drawn), ...captions, 'npm run demo']);
  expect(shown.length).toBeGreaterThan(20);
  expect(shown.filter((line) => !lines.has(line))).toEqual([]);
});

test('what came of the calls is read without times', () => {
  expect(outcomesOf('⛔ tracer-bullet 0.0 s\n    REFUSED\n✓ phase-gate: again 11.0 s  PASS: x\n')).toEqual([
    '⛔ tracer-bullet',
    '✓ phase-gate: again',
  ]);
  expect(outcomesOf(run).length).toBeGreaterThan(40);
});
