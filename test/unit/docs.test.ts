import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { COMMANDS } from '../../src/cli/commands.ts';
import { TOOLS } from '../../src/tools/index.ts';
import { commandsOf, documents, EXCUSED, excuse, fencesOf, inlineOf, root, textOf } from '../support/documents.ts';

/** What a reader types: it exists, under the name the page has. test/cluster/docs.test.ts runs what can be run. */
const LANGUAGES = ['sh', 'text', 'yaml', 'json', 'toml'];
const { scripts } = z.object({ scripts: z.record(z.string(), z.string()) }).parse(JSON.parse(textOf('package.json')));
const typed = (text: string) => [...commandsOf(text).map(({ command }) => command), ...inlineOf(text)];

test('no reason is left over, and each is one', () => {
  const all = documents.flatMap((path) => commandsOf(textOf(path)).map(({ command }) => command));
  expect(EXCUSED.filter(([start]) => !all.some((one) => excuse(one)?.[0] === start)).map(([start]) => start)).toEqual(
    [],
  );
  expect(EXCUSED.filter(([, why]) => why.length < 10)).toEqual([]);
});

test('a block without a language, or of commands in another one, is found', () => {
  expect(fencesOf('```\nnpm test\n```\n').map((one) => one.language)).toEqual(['']);
  expect(commandsOf('1. x\n\n   ```sh\n   npm test # exit code 1\n   ```\n')).toEqual([
    { command: 'npm test # exit code 1', code: 1 },
  ]);
});

describe.each(documents)('%s', (path) => {
  const text = textOf(path);

  test('every block has a language, and commands are in sh', () => {
    const fences = fencesOf(text);
    expect(fences.map((one) => one.language).filter((one) => !LANGUAGES.includes(one))).toEqual([]);
    const strays = fences
      .filter((one) => one.language === 'text')
      .flatMap((one) =>
        one.lines.filter((line) => /^(\$ )?(infragate|npm|npx|kubectl|helm|oc|docker|claude) [a-z-]/.test(line)),
      );
    // A review shows a plan's commands; they are not the reader's.
    expect(path.includes('approval') || path.startsWith('examples/') ? [] : strays).toEqual([]);
  });

  test('every command of infragate and of npm is one that there is', () => {
    const names = typed(text).flatMap((one) => [
      ...[...one.matchAll(/(?:^|npx -y |-- )infragate ([a-z][a-z-]*)/g)].map(([, name = '']) => name),
      ...[...one.matchAll(/npm run (?:--silent )?infragate -- ([a-z][a-z-]*)/g)].map(([, name = '']) => name),
    ]);
    expect(names.filter((name) => !(name in COMMANDS) && !['help', 'version'].includes(name))).toEqual([]);
    const run = typed(text).flatMap((one) =>
      [...one.matchAll(/npm run (?:--silent )?([a-z][\w:-]*)/g)].map(([, name = '']) => name),
    );
    expect(run.filter((name) => !(name in scripts))).toEqual([]);
  });

  test('every link leads to a file that is there, and to a heading in it', () => {
    const links = [...text.replace(/^ *```[\s\S]*?^ *```+$/gm, '').matchAll(/\]\(([^)\s]+)\)|<img[^>]* src="([^"]+)"/g)]
      .map(([, one, image]) => one ?? image ?? '')
      .filter((one) => !/^[a-z]+:/.test(one));
    for (const link of links) {
      const [file = '', anchor] = link.split('#');
      const target = file === '' ? path : normalize(join(dirname(path), file));
      expect(existsSync(join(root, target)), `${path} → ${link}`).toBe(true);
      if (anchor !== undefined) expect(anchorsOf(textOf(target)), `${path} → ${link}`).toContain(anchor);
    }
  });
});

test('a tool is never written with another name', () => {
  const known = new Set<string>(TOOLS.map((tool) => tool.name));
  const likeTools = documents.flatMap((path) =>
    inlineOf(textOf(path)).filter((code) =>
      /^(start|complete|submit|request|apply|record|write|run|return)-[a-z]+$/.test(code),
    ),
  );
  expect(likeTools.length).toBeGreaterThan(20);
  expect([...new Set(likeTools)].filter((name) => !known.has(name) && !(name in scripts))).toEqual([]);
});

/** As GitHub makes them of headings. */
const anchorsOf = (text: string): string[] =>
  [...text.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

/** Where a number of docs/reference/limits.md stands in the code, and how the page writes it. */
const LIMITS: readonly (readonly [string, string, string])[] = [
  ['src/plan/parse.ts', 'const LONGEST = 2_000_000;', '2,000,000 characters'],
  ['src/phases/plan-world.ts', 'const MOST_CHARACTERS = 4_000_000;', '4,000,000 characters'],
  ['src/plan/resources.ts', 'const MOST_FILES = 500;', 'files of one folder in `resources` | 500 |'],
  ['src/plan/schema.ts', 'const LONGEST_TIMEOUT_MS = 3_600_000;', '| 60 min; 300 s when left out |'],
  ['src/plan/schema.ts', 'const DEFAULT_TIMEOUT_MS = 300_000;', '300 s when left out'],
  ['src/bullets/spec.ts', 'const MOST_OBJECTS = 10;', '| objects of a bullet | 10 |'],
  ['src/criteria/parse.ts', 'const LONGEST = 2000;', '| 2,000 and 500 characters |'],
  ['src/assumptions/configuration.ts', 'const LONGEST = 500;', '| 2,000 and 500 characters |'],
  ['src/assumptions/manifests-read.ts', 'const MAX_FILES = 500;', '| 500 files, 8 MiB |'],
  ['src/assumptions/manifests-read.ts', 'const MAX_BYTES = 8 * 1024 * 1024;', '| 500 files, 8 MiB |'],
  ['src/images/ask.ts', 'const MAX_BYTES = 4 * 1024 * 1024;', '| 4 MiB; 5 redirects |'],
  ['src/images/conversation.ts', 'const MAX_REDIRECTS = 5;', '| 4 MiB; 5 redirects |'],
  ['src/phases/commands.ts', 'const OUTPUT_BYTES = 64 * 1024;', '| 64 KiB each |'],
  ['src/phases/commands.ts', 'const KEPT_LINES = 40;', 'the last 40 lines'],
  ['src/phases/health.ts', 'const BODY_BYTES = 64 * 1024;', '| 64 KiB each |'],
  ['src/workflow/evidence.ts', 'const MAX_AGE_MS = 24 * 60 * 60 * 1000;', '| 24 h |'],
  ['src/engine/active.ts', 'const DEFAULT_WAIT_MS = 45_000;', '| 45 s |'],
  ['src/shell/line/parse.ts', 'const MAX_CHARACTERS = 16_384;', '16,384 characters of one line'],
  ['src/shell/walk.ts', 'const MAX_CHARACTERS = 256 * 1024;', '256 KiB with the scripts'],
];

test.each(LIMITS)('the limits page has what %s has: %s', (file, constant, phrase) => {
  expect(textOf(file)).toContain(constant);
  expect(textOf('docs/reference/limits.md')).toContain(phrase);
});

test("the demo's review, as the terminal shows it, has at most 40 lines", () => {
  const page = textOf('docs/explanation/approval.md');
  const shown = /```text\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
  expect(shown).toContain('# Plan of Dify');
  expect(shown.trimEnd().split('\n').length).toBeLessThanOrEqual(40);
});
