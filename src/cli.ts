import type { Command } from 'commander';
import { EXIT } from './cli/exit.ts';

/**
 * argv → one command, loaded only when it is chosen. Without a command it serves MCP on stdio, and then nothing but the
 * protocol goes to stdout.
 */
const COMMANDS: Record<string, { about: string; load: () => Promise<Command> }> = {
  sandbox: {
    about: 'a real Kubernetes control plane on this machine: up, down, status',
    load: async () => (await import('./cli/sandbox.ts')).sandboxCommand(),
  },
  approve: {
    about: 'a person decides about a plan: approve, revise or reject',
    load: async () => (await import('./cli/approve.ts')).approveCommand(),
  },
  waive: {
    about: 'a person sets one check aside, with a reason and an end',
    load: async () => (await import('./cli/waive.ts')).waiveCommand(),
  },
  abandon: {
    about: 'a person ends a deployment that will not be finished',
    load: async () => (await import('./cli/abandon.ts')).abandonCommand(),
  },
  operator: {
    about: 'the passphrase with which a person decides on this terminal',
    load: async () => (await import('./cli/operator.ts')).operatorCommand(),
  },
  status: {
    about: 'where a deployment stands',
    load: async () => (await import('./cli/status.ts')).statusCommand(),
  },
  verify: {
    about: "check the ledger's hash chain; names the first bad row",
    load: async () => (await import('./cli/verify.ts')).verifyCommand(),
  },
  export: {
    about: "a deployment's events as JSON lines",
    load: async () => (await import('./cli/export.ts')).exportCommand(),
  },
  learnings: {
    about: 'what earlier deployments taught: list, search, export, import',
    load: async () => (await import('./cli/learnings.ts')).learningsCommand(),
  },
  check: {
    about: 'the two checks from a file, without a deployment; for CI',
    load: async () => (await import('./cli/check.ts')).checkCommand(),
  },
  demo: {
    about: 'the worked example, end to end, on a sandbox or a cluster of yours',
    load: async () => (await import('./cli/demo.ts')).demoCommand(),
  },
  doctor: {
    about: 'what of Node, SQLite, data folder, kubeconfig and login is in order',
    load: async () => (await import('./cli/doctor.ts')).doctorCommand(),
  },
  install: {
    about: "write this server into a client's configuration, or take it out again",
    load: async () => (await import('./cli/install.ts')).installCommand(),
  },
  serve: {
    about: 'serve MCP over HTTP on loopback',
    load: async () => (await import('./cli/serve-http.ts')).serveCommand(),
  },
  completion: {
    about: 'the completion script of bash, zsh or fish',
    load: async () =>
      (await import('./cli/completion.ts')).completionCommand(() =>
        Object.entries(COMMANDS).map(([name, command]) => ({ name, ...command })),
      ),
  },
};

async function main(argv: readonly string[]): Promise<void> {
  const [name] = argv;
  if (name === undefined || (name.startsWith('--workspace') && !argv.includes('--help'))) {
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
  if (name === '--version' || name === '-V') {
    const { version } = await import('./cli/version.ts');
    process.stdout.write(`${version()}\n`);
    return;
  }
  for (const [command, { about, load }] of Object.entries(COMMANDS)) {
    program.addCommand(command === name ? throwing(await load()) : new Command(command).description(about));
  }
  await program.parseAsync([...argv], { from: 'user' });
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (isCommanderError(error)) {
    // Help and --version end a command well; everything else commander throws is wrong use.
    process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.wrongUse;
  } else {
    process.stderr.write(`infragate: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = EXIT.no;
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
