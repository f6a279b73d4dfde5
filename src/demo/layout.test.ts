import { describe, expect, test } from 'vitest';
import { columns, cut, shortened, stepLines, tableLines, WIDTH, wrap } from './layout.ts';
import { proven } from './summary.ts';

const long = `REFUSED GATE_NOT_PASSED: ${'tracer-bullet is behind Gate R, which does not pass; '.repeat(6)}`;
const noSpaces = `sha256:${'a'.repeat(300)}`;
const texts = [
  long,
  '- FAIL one',
  '',
  '- FAIL two',
  noSpaces,
  'five',
  '[dify-1] stage research.',
  'next: start-deployment',
];

describe('what the demo prints', () => {
  test.each(['ok', 'no', 'refused'] as const)('no line of a step that is %s is over 100 columns', (mark) => {
    for (const verbose of [false, true])
      expect(stepLines(mark, texts, verbose).filter((line) => columns(line) > WIDTH)).toEqual([]);
  });

  test('verbose leaves nothing out', () => {
    const shown = stepLines('ok', texts, true).join('').replaceAll(' ', '');
    for (const text of texts) expect(shown).toContain(text.replaceAll(' ', ''));
  });

  test('by default a refusal is its own sentence, cut with a mark', () => {
    const lines = stepLines('refused', texts, false);
    expect(lines).toHaveLength(2);
    expect(lines[1]).toMatch(/…$/);
  });

  test('by default the next step and the stage are left to the story', () => {
    expect(stepLines('ok', ['done', '[dify-1] stage research.', 'next: x'], false)).toEqual(['    done']);
  });

  test('a short text is printed as it is', () => {
    expect(shortened('images: 3 PASS', '    ', 1)).toEqual(['    images: 3 PASS']);
    expect(wrap('  own indent', '')).toEqual(['  own indent']);
    expect(cut('⛔⛔', 3)).toBe('⛔…');
  });

  test('a table keeps its columns under each other, within 100', () => {
    const rows = [['volumes: bind mounts from the host', 'HIGH', 'a PersistentVolumeClaim '.repeat(10)]];
    for (const verbose of [false, true]) {
      const lines = tableLines(['divergence', 'severity', 'adjustment'], rows, verbose);
      expect(lines.filter((line) => columns(line) > WIDTH)).toEqual([]);
      expect(lines[0]?.indexOf('severity')).toBe(lines[1]?.indexOf('HIGH'));
    }
  });

  test('the summary counts what happened', () => {
    const lines = proven([
      { tool: 'apply-phase', mark: 'refused', code: 'PLAN_DRIFT' },
      { tool: 'tracer-bullet', mark: 'no' },
      { tool: 'tracer-bullet', mark: 'ok' },
      { tool: 'phase-gate', mark: 'ok' },
    ]);
    expect(lines[0]).toMatch(/^1 calls .*\(PLAN_DRIFT\)/);
    expect(lines[1]).toMatch(/^1 bullets passed, and 1 failed/);
    expect(lines[2]).toMatch(/^1 phase gates passed, and 0 stopped/);
  });
});
