import type { Command } from 'commander';
import { fail } from './cli/answers.ts';
import { COMMANDS } from './cli/commands.ts';
import { EXIT } from './cli/exit.ts';
import { print, printError } from './print/index.ts';

/**
 * argv → one command, loaded only when it is chosen. Without a command it serves MCP on stdio, and then nothing but the
 * protocol goes to stdout.
 */
async function main(argv: readonly string[]): Promise<void> {
  const [name] = argv;
  if (name === undefined || (/^--workspace(=|$)/.test(name) && !argv.includes('--help'))) {
    const { serve } = await import('./cli/serve.ts');
    await serve(argv);
    return;
  }
  const { Command } = await import('commander');
  const program = new Command('infragate')
    .description(
      'An MCP server that makes an agent prove what it assumes against the real cluster.\nWithout a command it serves MCP on stdio.',
    )
    .showHelpAfterError()
    .exitOverride();
  if (name !== undefined && ['--version', '-V', '-v', 'version'].includes(name)) {
    const { version } = await import('./package.ts');
    print(version());
    return;
  }
  // `help sandbox up` is `sandbox up --help`; help of a command that isn't there names those that are.
  const asked = name === 'help' && argv.length > 1 ? [...argv.slice(1), '--help'] : argv;
  const [chosen] = asked;
  for (const [command, { about, load }] of Object.entries(COMMANDS)) {
    program.addCommand(command === chosen ? throwing(await load()) : new Command(command).description(about));
  }
  if (name === 'help' && chosen !== undefined && chosen !== 'help' && !(chosen in COMMANDS)) {
    printError(`infragate: there is no command ${chosen}; the commands are ${Object.keys(COMMANDS).join(', ')}`);
    process.exitCode = EXIT.wrongUse;
    return;
  }
  await program.parseAsync([...asked], { from: 'user' });
}

// Whoever reads our output may have seen enough (`| head`), which is no error of ours; serving listens for itself.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

try {
  await main(process.argv.slice(2));
} catch (error) {
  const json = process.argv.includes('--json');
  if (isCommanderError(error)) {
    // Help and --version end a command well; everything else commander throws is wrong use, and it has printed that already.
    process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.wrongUse;
    if (json && error.exitCode !== 0) fail(json, EXIT.wrongUse, 'WrongUse', error.message.replace(/^error: /, ''));
  } else {
    const message = error instanceof Error ? error.message : String(error);
    process.exitCode = fail(json, EXIT.no, 'Failed', json ? message : `infragate: ${message}`);
  }
}

/** commander passes exitOverride on only to subcommands made after it. */
function throwing(command: Command): Command {
  for (const sub of command.commands) throwing(sub);
  return command.exitOverride();
}

/** Told by its code, so that serving never loads the argument parser. */
function isCommanderError(error: unknown): error is Error & { exitCode: number } {
  return (
    error instanceof Error && 'code' in error && String(error.code).startsWith('commander.') && 'exitCode' in error
  );
}
