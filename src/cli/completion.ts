// infragate completion bash|zsh|fish

import { Argument, Command } from 'commander';
import { print } from '../print/index.ts';

/** A command as a completion needs it: its name, what it is for, and how to get at its options. */
export type Completable = { readonly name: string; readonly about: string; load(): Promise<Command> };

const SHELLS = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof SHELLS)[number];

export function completionCommand(commands: () => readonly Completable[]): Command {
  return new Command('completion')
    .description('the completion script of a shell, e.g. source <(infragate completion bash)')
    .addArgument(new Argument('<shell>', 'whose').choices(SHELLS))
    .action(async (shell: Shell) => {
      print(SCRIPT[shell](await words(commands())));
    });
}

/** One place at which something can be completed: after `infragate`, `infragate sandbox`, `infragate sandbox up` … */
export type Place = { readonly path: readonly string[]; readonly words: readonly Word[] };
type Word = { readonly word: string; readonly about: string };

export async function words(commands: readonly Completable[]): Promise<Place[]> {
  const top = { path: [], words: commands.map(({ name, about }) => ({ word: name, about })) };
  const below = await Promise.all(commands.map(async (one) => placesOf(await one.load(), [one.name])));
  return [top, ...below.flat()];
}

function placesOf(command: Command, path: readonly string[]): Place[] {
  const subcommands = command.commands.map((one) => ({ word: one.name(), about: one.description() }));
  const choices = command.registeredArguments.flatMap((one) =>
    (one.argChoices ?? []).map((word) => ({ word, about: one.description })),
  );
  const options = command.options.map((one) => ({ word: one.long ?? one.short ?? '', about: one.description }));
  const help = { word: '--help', about: 'what it does and takes' };
  return [
    { path, words: [...subcommands, ...choices, ...options, help] },
    ...command.commands.flatMap((one) => placesOf(one, [...path, one.name()])),
  ];
}

const SCRIPT: Record<Shell, (places: readonly Place[]) => string> = { bash, zsh, fish };

/** The shell's own walk from place to place, a word at a time. */
const branches = (places: readonly Place[]): string =>
  nested(places)
    .map(({ path }) => `      "${key(path.slice(0, -1))} ${path.at(-1)}") place="${key(path)}" ;;`)
    .join('\n');

/** In bash and zsh the words before the cursor, without options, name the place; an unknown one is that of its parent. */
function bash(places: readonly Place[]): string {
  return `# infragate completion for bash: source <(infragate completion bash)
_infragate() {
  local word place=""
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    [[ $word == -* ]] && continue
    case "$place $word" in
${branches(places)}
    esac
  done
  local words=""
  case "$place" in
${places.map(({ path, words }) => `    "${key(path)}") words="${words.map((one) => one.word).join(' ')}" ;;`).join('\n')}
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}")
}
complete -o default -F _infragate infragate`;
}

function zsh(places: readonly Place[]): string {
  return `#compdef infragate
# infragate completion for zsh: source <(infragate completion zsh)
_infragate() {
  local word place=""
  local -a offered
  for word in "\${(@)words[2,CURRENT-1]}"; do
    [[ $word == -* ]] && continue
    case "$place $word" in
${branches(places)}
    esac
  done
  case "$place" in
${places
  .map(
    ({ path, words }) =>
      `    "${key(path)}") offered=(${words.map((one) => quoted(`${one.word.replaceAll(':', '\\:')}:${one.about}`)).join(' ')}) ;;`,
  )
  .join('\n')}
  esac
  _describe infragate offered || _files
}
compdef _infragate infragate`;
}

function fish(places: readonly Place[]): string {
  const lines = places.flatMap(({ path, words }) =>
    words.map(({ word, about }) => {
      const condition =
        path.length === 0
          ? '__fish_use_subcommand'
          : path.map((one) => `__fish_seen_subcommand_from ${one}`).join('; and ');
      const what = word.startsWith('--') ? `-l ${word.slice(2)}` : `-a ${word}`;
      return `complete -c infragate -n '${condition}' ${what} -d ${quoted(about)}`;
    }),
  );
  return ['# infragate completion for fish: infragate completion fish | source', ...lines].join('\n');
}

const nested = (places: readonly Place[]) => places.filter(({ path }) => path.length > 0);
const key = (path: readonly string[]) => path.map((one) => `/${one}`).join('');
const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
