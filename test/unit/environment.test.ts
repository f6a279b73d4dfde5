import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { VARIABLES } from '../../scripts/environment-doc.ts';

const root = join(import.meta.dirname, '..', '..');
const documented = VARIABLES.flatMap(([name]) => name.split(', '));

/** Passed from the server to programs that it starts itself: no setting of anybody's. */
const INTERNAL = new Set(['INFRAGATE_COMMAND', 'INFRAGATE_RUN', 'INFRAGATE_SANDBOX_FOLDER']);

test('every variable of ours that the sources read is in the reference, and none besides', () => {
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !/\.(test|fixture)\.ts$/.test(file),
  );
  const used = files.flatMap(
    (file) => readFileSync(join(root, 'src', file), 'utf8').match(/\bINFRAGATE_[A-Z_]+\b/g) ?? [],
  );
  const ours = [...new Set(used)].filter((name) => !INTERNAL.has(name) && !name.startsWith('INFRAGATE_TEST_'));
  expect(ours.filter((name) => !documented.includes(name))).toEqual([]);
  expect(documented.filter((name) => name.startsWith('INFRAGATE_') && !ours.includes(name))).toEqual([]);
});
