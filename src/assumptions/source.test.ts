import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { divergenceSubject, sourceSubject, textSource } from './source.ts';

const workspace = mkdtempSync(join(tmpdir(), 'source-'));
writeFileSync(join(workspace, 'compose.yml'), 'services: {}\n');
const subject = (text: string) => {
  const read = sourceSubject(text, workspace);
  return read.ok ? read.subject : undefined;
};

test('a document has one subject, however it is named', () => {
  expect(subject('https://Example.com/docs/#install')).toBe('source:https://example.com/docs');
  expect(subject('https://example.com/docs')).toBe('source:https://example.com/docs');
  expect(subject('https://user:secret@example.com/docs')).toBe('source:https://example.com/docs');
  expect(subject('compose.yml')).toBe('source:compose.yml');
  expect(subject('./compose.yml')).toBe('source:compose.yml');
  expect(subject(join(workspace, 'compose.yml'))).toBe('source:compose.yml');
});

test('what can not be read is refused, and a text is known by its digest', () => {
  expect(sourceSubject('the vendor documentation', workspace)).toMatchObject({ ok: false });
  const text = textSource('Run docker compose up.');
  expect(subject(text.name)).toBe(text.subject);
  expect(subject(textSource('another').name)).not.toBe(text.subject);
});

test('the same finding in two sources is two divergences', () => {
  expect(divergenceSubject('source:a/compose.yml', 'bind-mount')).not.toBe(
    divergenceSubject('source:b/compose.yml', 'bind-mount'),
  );
});
