// infragate completion bash|zsh|fish

import { Argument, Command, Option } from 'commander';
import { print } from '../print/index.ts';
import { type Completable, placesOfAll, SHELLS, type Shell } from './completion/places.ts';
import { SCRIPT } from './completion/scripts.ts';
import { KINDS, type Kind, valuesOf } from './completion/values.ts';

export function completionCommand(commands: () => readonly Completable[]): Command {
  const command = new Command('completion')
    .description('the completion script of a shell, e.g. source <(infragate completion bash)')
    .addArgument(new Argument('[shell]', 'whose').choices(SHELLS))
    .addOption(new Option('--values <kind>', 'the values themselves, as the scripts ask for them').choices(KINDS))
    .action(async (shell: Shell | undefined, { values }: { values?: Kind }) => {
      if (values !== undefined) for (const line of await valuesOf(values)) print(line);
      else if (shell === undefined) command.error(`error: whose script: ${SHELLS.join(', ')}?`);
      else print(SCRIPT[shell](await placesOfAll(commands())));
    });
  return command;
}
