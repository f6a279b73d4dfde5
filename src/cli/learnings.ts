// infragate learnings list|search|export|import

import { resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { print, printJsonLines } from '../print/index.ts';
import { answer, fail } from './answers.ts';
import { EXIT, type Exit } from './exit.ts';
import { workspaceHere } from './here.ts';
import type { Learning, Use } from './learnings.records.ts';
import { withLedger } from './with-ledger.ts';

type Flags = { json: boolean };

export function learningsCommand(): Command {
  // Set before the subcommands are made, which take it over: cli.ts turns wrong use into its exit code.
  const command = new Command('learnings').description('what earlier deployments taught').exitOverride();
  const json = ['--json', 'print one line of JSON, last', false] as const;
  command
    .command('list')
    .description('all learnings, oldest first')
    .option('--tag <tag>', 'only those with this tag')
    .option(...json)
    .action(list);
  command
    .command('search')
    .description('learnings with any of the words, best first; exit code 1 when there is none')
    .argument('<words...>')
    .option('--limit <n>', 'at most so many', wholeNumber, 10)
    .option(...json)
    .action(search);
  command
    .command('export')
    .description('all learnings as JSON lines, for `learnings import` elsewhere')
    .option('--json', 'print one JSON value instead of lines', false)
    .action(exportAll);
  command
    .command('import')
    .description('add learnings from JSON lines; those already here are left out')
    .argument('<file>', 'a file, or - for standard input')
    .option(...json)
    .action(importFile);
  return command;
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError('A number from 1 to 9999.');
  return Number(text);
}

const list = ({ json, tag }: Flags & { tag?: string }) =>
  withLedger(json, async (ledger) => {
    const { allLearnings, once, withUse } = await import('./learnings.records.ts');
    const all = once(await allLearnings(ledger)).filter(({ tags }) => tag === undefined || tags.includes(tag));
    return printAll(json, 'learnings list', EXIT.done, await withUse(ledger, all));
  });

const search = (words: string[], { json, limit }: Flags & { limit: number }) =>
  withLedger(json, async (ledger) => {
    const { allLearnings, once, withUse } = await import('./learnings.records.ts');
    const all = new Map((await allLearnings(ledger)).map((one) => [one.id, one]));
    const found = (await ledger.search(words.join(' '), limit)).flatMap(
      ({ deployment, seq }) => all.get(`${deployment}/${seq}`) ?? [],
    );
    const exit = found.length > 0 ? EXIT.done : EXIT.no;
    return printAll(json, 'learnings search', exit, await withUse(ledger, once(found)));
  });

const exportAll = ({ json }: Flags) =>
  withLedger(json, async (ledger) => {
    const { allLearnings, once } = await import('./learnings.records.ts');
    const all = once(await allLearnings(ledger));
    if (json) answer('learnings export', EXIT.done, { learnings: all });
    else
      await printJsonLines(
        (async function* () {
          for (const one of all) yield JSON.stringify(one);
        })(),
      );
    return EXIT.done;
  });

const importFile = (file: string, { json }: Flags) =>
  withLedger(json, async (ledger) => {
    const [{ addLearnings, parseLearnings }, { readFile }] = await Promise.all([
      import('./learnings.records.ts'),
      import('node:fs/promises'),
    ]);
    let text: string;
    try {
      // Decoded as a whole: a letter of several bytes may lie across two chunks.
      const bytes =
        file === '-' ? Buffer.concat(await process.stdin.toArray()) : await readFile(resolve(workspaceHere(), file));
      text = new TextDecoder().decode(bytes); // without the byte order mark that Windows writes
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return fail(json, EXIT.wrongUse, 'NoFile', `${file} can't be read: ${why}`);
    }
    const parsed = parseLearnings(text);
    if (!parsed.ok)
      return fail(
        json,
        EXIT.wrongUse,
        'BadLearning',
        `${file}, line ${parsed.line}: ${parsed.why}. Nothing was added.`,
      );
    const added = await addLearnings(ledger, parsed.learnings, file, new Date().toISOString());
    if (!added.ok)
      return fail(json, EXIT.no, 'RecordDamaged', `${added.why}. Nothing was added; infragate verify says more.`);
    const known = parsed.learnings.length - added.count;
    if (json) answer('learnings import', EXIT.done, { added: added.count, known });
    else print(`${added.count} added, ${known} already here.`);
    return EXIT.done;
  });

function printAll(
  json: boolean,
  command: 'learnings list' | 'learnings search',
  exit: Exit,
  learnings: readonly (Learning & Use)[],
): Exit {
  if (json) answer(command, exit, { learnings });
  else print(learnings.map(describe).join('\n\n') || 'No learnings.');
  return exit;
}

function describe({ id, title, situation, advice, tags, text, at, used, helped, retired }: Learning & Use): string {
  const body = [
    situation && `  when  ${situation}`,
    advice && `  do    ${advice}`,
    !situation && !advice && `  ${text}`,
  ];
  return [
    `${title}${tags.map((tag) => ` #${tag}`).join('')}${retired ? ' (retired: the last run that followed it found it wrong)' : ''}`,
    ...body.filter(Boolean),
    `  from  ${id}, ${at.slice(0, 10)}${used === 0 ? '' : `; helped ${helped} of ${used} times`}`,
  ].join('\n');
}
