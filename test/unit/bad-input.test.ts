import { expect, test } from 'vitest';
import { badInput } from '../../src/engine/bad-input.ts';
import { TOOLS } from '../../src/tools/index.ts';

/** What an agent reads when it has a tool's arguments wrong: the field, and what would be right. */
test.each([
  ['start-deployment', { component: 'web' }, ['namespace: is missing']],
  [
    'start-deployment',
    { component: 'web', namespace: 'shop', complexity: 'low' },
    ['complexity: expected one of "simple"|"medium"|"complex"'],
  ],
  [
    'record-research',
    { images: ['web:1'] },
    ['images: is not a field here; the fields are deployment?, findings?,', 'planned_images?'],
  ],
  ['record-research', { planned_images: 'web:1' }, ['planned_images: expected array, received string']],
  [
    'record-research',
    { critical_assumptions: [{ assumption: 'the image runs', impact: 'nothing runs', items: [] }] },
    [
      'critical_assumptions.0.about: is missing',
      'critical_assumptions.0.items: is not a field here; the fields are assumption, impact, about',
    ],
  ],
  [
    'record-research',
    { sources: ['https://example.com'], assumed_apis: [5] },
    [
      'sources.0: expected object, received string ({source, not_compared?})',
      'assumed_apis.0: expected string or object (string or {name, provided_by})',
    ],
  ],
  [
    'tracer-bullet',
    { assumption: 'a', minimal_spec: 'b', success_criteria: 'c', timeout: 60 },
    ['timeout: expected string, received number (default "120s", ≤ "300s")'],
  ],
  [
    'record-research',
    { assumed_apis: [{ name: 'v1/Pod', provided_by: 'me' }] },
    ['assumed_apis.0.provided_by: expected "plan"'],
  ],
  [
    'tracer-bullet',
    { assumption: 'a', minimal_spec: 'b' },
    ['success_criteria: is missing ("Pod reaches Running state"'],
  ],
  [
    'tracer-bullet',
    { assumption: 'a', minimal_spec: 'b', success_criteria: 5 },
    ['success_criteria: expected string or array'],
  ],
  ['apply-phase', { phase_number: '1' }, ['phase_number: expected number, received string']],
])('%s %j', (name, given, says) => {
  const tool = TOOLS.find((t) => t.name === name);
  const parsed = tool?.input.safeParse(given);
  if (tool === undefined || parsed?.success !== false) throw new Error('the arguments are good');
  const { code, message } = badInput(tool, parsed.error);
  expect(code).toBe('BAD_INPUT');
  for (const part of says) expect(message).toContain(part);
});
