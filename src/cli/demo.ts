import { Command, InvalidArgumentError } from 'commander';
import type { DemoOptions } from '../demo/stage.ts';
import { print, printError } from '../print/index.ts';
import { EXIT } from './exit.ts';

/** infragate demo: the worked example, end to end. Ends in `demo: complete`, or says what didn't go as told. */
export function demoCommand(): Command {
  return new Command('demo')
    .description('the worked example, end to end, on a sandbox or a cluster of yours')
    .option(
      '--nodes <kind>',
      'kwok (simulated containers) or kubelet (real ones and a real operator; needs root, containerd, runc, CNI plugins, debootstrap, Go)',
      nodes,
      'kwok',
    )
    .option('--context <name>', 'a cluster of your own, in a namespace of its own, after asking')
    .option('--registry <host/path>', 'with --context: where the cluster pulls from and this machine may push to')
    .option('--yes', 'with --context: agree beforehand', false)
    .option('--keep', "keep the demo's workspace", false)
    .option('--console', 'wait at the approval until you have decided in the browser, with a passkey', false)
    .option('--verbose', 'print whole answers, the plan and the review; without it at most 150 lines', false)
    .option('--fresh', 'forget what earlier demos learnt', false)
    .action(async ({ fresh, ...options }: Omit<DemoOptions, 'home'> & { readonly fresh: boolean }) => {
      const { runDemo } = await import('../demo/index.ts');
      const { SandboxProblem } = await import('../sandbox/sandbox.ts');
      const { NotHere } = await import('../demo/own-cluster.ts');
      const { demoHome } = await import('./demo-home.ts');
      try {
        const { home, earlier, instead } = await demoHome({ fresh });
        if (instead !== undefined) printError(`demo: what it learns is not kept for the next one: ${instead}`);
        if (earlier > 0) print(`(${earlier} earlier ${earlier === 1 ? 'demo' : 'demos'} on record)`);
        await runDemo({ ...options, home });
      } catch (error) {
        printError(`demo: ${error instanceof Error ? error.message : String(error)}`);
        process.exitCode = error instanceof SandboxProblem || error instanceof NotHere ? EXIT.lacking : EXIT.no;
      }
    });
}

function nodes(value: string): string {
  if (value === 'kwok' || value === 'kubelet') return value;
  throw new InvalidArgumentError('kwok or kubelet');
}
