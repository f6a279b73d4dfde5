import type { Argument, Command, Option } from 'commander';
import type { Kind } from './values.ts';

/** Pure: what can be completed where, as the commands themselves say it. */

/** A command as a completion needs it: its name, what it is for, and how to get at its options. */
export type Completable = { readonly name: string; readonly about: string; load(): Promise<Command> };

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

export type Word = { readonly word: string; readonly about: string };

/** What may stand in one position: words that are known, words that are asked for then, files, folders; or anything. */
export type Offer =
  | { readonly from: 'words'; readonly words: readonly string[] }
  | { readonly from: 'kind'; readonly kind: Kind }
  | { readonly from: 'files' | 'folders' | 'anything' };

/** One place at which something can be completed: after `infragate`, `infragate sandbox`, `infragate sandbox up` … */
export type Place = {
  readonly path: readonly string[];
  /** Subcommands and options. */
  readonly words: readonly Word[];
  /** Options that take a value, each under all of its spellings. */
  readonly options: readonly { readonly spellings: readonly string[]; readonly offer: Offer; readonly about: string }[];
  readonly arguments: readonly { readonly offer: Offer; readonly about: string; readonly repeated: boolean }[];
};

export async function placesOfAll(commands: readonly Completable[]): Promise<Place[]> {
  const top = {
    path: [],
    words: [
      ...commands.map(({ name, about }) => ({ word: name, about })),
      { word: 'help', about: 'help of a command' },
    ],
    options: [{ spellings: ['--workspace'], offer: { from: 'folders' as const }, about: 'the folder of deployments' }],
    arguments: [],
  };
  const below = await Promise.all(commands.map(async (one) => placesOf(await one.load(), [one.name])));
  return [top, ...below.flat()];
}

function placesOf(command: Command, path: readonly string[]): Place[] {
  const subcommands = command.commands.map((one) => ({ word: one.name(), about: one.description() }));
  const options = command.options.map((one) => ({ word: one.long ?? one.short ?? '', about: one.description }));
  const help = { word: '--help', about: 'what it does and takes' };
  const offered = (one: Argument | Option, name: string): Offer =>
    one.argChoices === undefined ? offerOf(path, name) : { from: 'words', words: one.argChoices };
  return [
    {
      path,
      words: [...subcommands, ...options, help],
      options: command.options
        .filter((one) => one.required || one.optional)
        .map((one) => ({
          spellings: [one.long, one.short].filter((spelling) => spelling !== undefined),
          offer: offered(one, one.long ?? ''),
          about: one.description,
        })),
      arguments: command.registeredArguments.map((one) => ({
        offer: offered(one, one.name()),
        about: one.description,
        repeated: one.variadic,
      })),
    },
    ...command.commands.flatMap((one) => placesOf(one, [...path, one.name()])),
  ];
}

/** By the command's path and the name of the argument or option; the first that fits. */
const OFFERS: readonly (readonly [RegExp, Offer])[] = [
  [/ deployment$/, { from: 'kind', kind: 'deployments' }],
  [/ --context$/, { from: 'kind', kind: 'contexts' }],
  [/^sandbox \w+ --name$/, { from: 'kind', kind: 'sandboxes' }],
  [/^waive --check$/, { from: 'kind', kind: 'checks' }],
  [/^learnings \w+ --tag$/, { from: 'kind', kind: 'tags' }],
  [/^approver remove name$/, { from: 'kind', kind: 'approvers' }],
  [/^status --show$/, { from: 'words', words: ['status', 'research', 'plan', 'timeline'] }],
  [/^demo --nodes$/, { from: 'words', words: ['kwok', 'kubelet'] }],
  [/ (file|--file|--output|--record|--keys|--kubeconfig)$/, { from: 'files' }],
  [/ (--workspace|--from|--to)$/, { from: 'folders' }],
];

const offerOf = (path: readonly string[], name: string): Offer =>
  OFFERS.find(([pattern]) => pattern.test(`${path.join(' ')} ${name}`))?.[1] ?? { from: 'anything' };
