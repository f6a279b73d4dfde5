import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { markdownBlocks } from './markdown.ts';
import type { Segment } from './segments.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
/** Everything to the parser: what the segments leave out must not show. */
const whole = (text: string): Segment[] => [{ kind: 'other', text, line: 0 }];

const ODD: readonly string[] = [
  '# A\n## B ##\n### C # D\n#### `E` *F*\n#\n#none\n',
  'a\n===\n\nb\n---\n\nc\n***\n',
  'a\n# b\nc\n```yaml\nd\n```\ne\n- f\n\n  g\n\nh\n',
  '```yaml title="x"\na: 1\n\n\n```\n~~~\n```\n~~~~\nb\n',
  '```a`b\nc\n```\n',
  '``` \nopen to the end\n',
  '```\na\n\n\n',
  'a\n\n```',
  '```\n```\n```\n',
  '1. a\n\n   ```sh\n   kubectl get x\n   ```\n\nb\n\n> c\nd\n\ne\n',
  '- a\n- b\n\nc `d` e\nf\n\n    indented\n\ng\n',
  '<details>\n\na\n\n</details>\n\n<!-- b\n\nc -->\n\nd\n',
  '| a | b |\n|---|---|\n| c | d |\n\n[e]: http://f\n\n"g"\n(h)\n`i`\n',
  'a\n    b\n\tc\n\nd  \ne\\\nf\n\n\n\ng',
  '\ufeffa\n\n\ufeff# b\n',
  'é\nÜ\n中\n\n1) a\n2) b\n\n+ c\n\n* d\n\n_e_\n',
];

const pages = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => readFileSync(join(ROOT, folder, name), 'utf8'));

describe('cut into segments, a text gives the blocks that the parser gives', () => {
  it.each(ODD)('%j', async (text) => {
    expect(await markdownBlocks(text)).toEqual(await markdownBlocks(text, whole));
  });

  it.each(['docs', 'test/cases/documents', 'src/documents/fixtures'])('every page of %s', async (folder) => {
    const texts = pages(folder);
    expect(texts.length).toBeGreaterThan(2);
    for (const text of texts) expect(await markdownBlocks(text)).toEqual(await markdownBlocks(text, whole));
  });
});
