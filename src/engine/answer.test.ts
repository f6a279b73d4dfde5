import { expect, test } from 'vitest';
import { refuse } from '../workflow/index.ts';
import { refusalAnswer } from './answer.ts';

const missing = Array.from({ length: 2_501 }, (_, i) => ({
  check: `api-verified-${i}`,
  status: 'missing' as const,
  because: `apps/v1/Deployment-${i} was not looked at, and this sentence goes on for a while`,
  fix: [{ tool: 'cluster-reality-check' as const, arguments: { assumed_apis: [`apps/v1/Deployment-${i}`] } }],
}));

test.each([
  ['2,501 open checks', refuse('GATE_NOT_PASSED', 'Gate R is open.', { missing })],
  [
    'a message that names 2,501 ids',
    refuse('AMBIGUOUS_DEPLOYMENT', Array.from({ length: 2_501 }, (_, i) => `app-${i}`).join(', ')),
  ],
  [
    'a check with an endless reason',
    refuse('GATE_NOT_PASSED', 'x', { missing: [{ ...missing[0], because: 'y'.repeat(50_000) }] as never }),
  ],
  ['many ways on', refuse('IN_PROGRESS', 'x', { next: missing.flatMap((m) => m.fix) })],
])('a refusal about %s is at most 2,000 tokens, and says what was left out', (_what, refusal) => {
  const { text, structured } = refusalAnswer(refusal);
  // Four characters are about a token; an agent reads the text or the structure.
  expect(text.length).toBeLessThan(8_000);
  expect(JSON.stringify(structured).length).toBeLessThan(8_000);
  expect(text).toMatch(/…|more/);
});

test('a short refusal is as it was', () => {
  const refusal = refuse('GATE_NOT_PASSED', 'Gate R is open.', { missing: missing.slice(0, 2) as never });
  expect(refusalAnswer(refusal).structured).toEqual({ refusal });
});
