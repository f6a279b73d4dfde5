import { Argument, Command, Option } from 'commander';
import { beforeEach, expect, test, vi } from 'vitest';
import { placesOfAll } from './completion/places.ts';
import { completionCommand } from './completion.ts';

const said: string[] = [];
beforeEach(() => {
  said.length = 0;
  vi.spyOn(process.stdout, 'write').mockImplementation((line) => said.push(String(line)) > 0);
});

const odd = () =>
  new Command('odd')
    .addArgument(new Argument('<part>', 'which').choices(['one', 'two']))
    .argument('[file...]', 'what')
    .addOption(new Option('-f, --format <format>', "what's shown").choices(['text', 'json']));

test('what may stand where comes from the commands themselves', async () => {
  const [top, place] = await placesOfAll([{ name: 'odd', about: 'x', load: async () => odd() }]);
  expect(top?.words.map((one) => one.word)).toEqual(['odd', 'help']);
  expect(place).toMatchObject({
    path: ['odd'],
    options: [{ spellings: ['--format', '-f'], offer: { from: 'words', words: ['text', 'json'] } }],
    arguments: [
      { offer: { from: 'words', words: ['one', 'two'] }, repeated: false },
      { offer: { from: 'files' }, repeated: true },
    ],
  });
});

test('text of the help does not leave its quotes', async () => {
  for (const shell of ['bash', 'zsh', 'fish']) {
    said.length = 0;
    await completionCommand(() => [{ name: 'odd', about: "a thing that's odd", load: async () => odd() }]).parseAsync(
      [shell],
      { from: 'user' },
    );
    const script = said.join('\n');
    expect(script).toContain('--format');
    if (shell !== 'bash') expect(script).toContain(`that'\\''s odd`);
  }
});
