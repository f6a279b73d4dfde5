// infragate guard --for NAME

import { readFileSync } from 'node:fs';
import { Command, Option } from 'commander';
import { AGENT_CLIENTS } from '../guard/clients.ts';
import { guardAnswer } from '../guard/main.ts';
import { printError, printJsonText } from '../print/index.ts';

/** What a client's hook runs before a tool is used: the call on stdin, the answer in the client's format. */
export function guardCommand(): Command {
  return new Command('guard')
    .description(
      "judge a tool that an agent is about to use, for a client's hook: the call on stdin, the answer on stdout",
    )
    .addOption(new Option('--for <client>', 'whose format').choices(AGENT_CLIENTS).default('claude-code'))
    .action((flags: { for: string }) => {
      const answer = guardAnswer(['--for', flags.for], () => readFileSync(0, 'utf8'));
      if (answer.stdout !== '') printJsonText(answer.stdout);
      if (answer.stderr !== '') printError(answer.stderr);
      process.exitCode = answer.code;
    });
}
