import { expect, test } from 'vitest';
import { TOOLS } from '../tools/index.ts';
import { badInput } from './answer.ts';

const refused = (name: string, input: unknown): string => {
  const tool = TOOLS.find((t) => t.name === name);
  const parsed = tool?.input.safeParse(input);
  if (tool === undefined || parsed?.success !== false) throw new Error(`${name} takes ${JSON.stringify(input)}`);
  return badInput(tool.name, parsed.error.issues, tool.input).message;
};

test('a text in place of an object is answered with the fields of the object', () => {
  const message = refused('record-research', { sources: ['https://example.com'], critical_assumptions: ['it runs'] });
  expect(message).toContain('sources.0: Invalid input: expected object, received string ({source, not_compared?})');
  expect(message).toContain('({assumption, impact, about})');
});

test('a form with branches names each', () => {
  expect(refused('record-research', { assumed_apis: [5] })).toContain('string or {name, provided_by}');
});

test('an unknown argument is answered with those that there are', () => {
  expect(refused('start-deployment', { name: 'web', namespace: 'web' })).toContain(
    'Unrecognized key: "name" ({component, namespace, namespaces?, create_namespace?',
  );
});

test('a number in place of a time is answered with how a time is written', () => {
  expect(
    refused('tracer-bullet', { assumption: 'a', minimal_spec: 'b', success_criteria: 'c', timeout: 60 }),
  ).toContain('timeout: Invalid input: expected string, received number (default "120s", ≤ "300s")');
});
