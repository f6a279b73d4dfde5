// infragate sandbox up|down|status

import { Command, Option } from 'commander';
import { z } from 'zod';
import { print, printError } from '../print/index.ts';
import {
  CRD_SETS,
  down,
  helmProgram,
  isStartedHere,
  list,
  OPERATOR_NAMES,
  type Sandbox,
  SandboxProblem,
  type Status,
  status,
  up,
} from '../sandbox/sandbox.ts';
import { answer, fail } from './answers.ts';
import { EXIT, type Exit } from './exit.ts';
import { startSpinner } from './spinner.ts';

const words = <const Names extends readonly string[]>(names: Names) =>
  z
    .string()
    .default('')
    .transform((text) => text.split(',').filter((one) => one !== ''))
    .pipe(z.array(z.enum(names)));

const UpFlags = z.object({
  name: z.string(),
  nodes: z.enum(['kwok', 'kubelet', 'none']).optional(),
  crds: words(CRD_SETS),
  operators: words(OPERATOR_NAMES),
  json: z.boolean().default(false),
});
const Flags = z.object({ name: z.string().optional(), json: z.boolean().default(false) });

const EXIT_OF = { usage: EXIT.wrongUse, environment: EXIT.lacking, failed: EXIT.lacking } as const;

export function sandboxCommand(): Command {
  const command = new Command('sandbox').description('a real Kubernetes control plane on this machine');
  const named = () => new Option('--name <name>', 'which sandbox').default('default');
  command
    .command('up')
    .description('start a sandbox and leave it running; answers the one that runs')
    .addOption(named())
    .addOption(
      new Option('--nodes <kind>', 'kwok: simulated containers; kubelet: real ones (root, containerd)').choices([
        'kwok',
        'kubelet',
        'none',
      ]),
    )
    .option('--crds <sets>', `install what these projects ship: ${CRD_SETS.join(',')}`)
    .option('--operators <names>', `with kubelet nodes, run the real operator: ${OPERATOR_NAMES.join(',')}`)
    .option('--json', 'print one line of JSON, last', false)
    .action((flags) => settle(flags.json, () => runUp(flags)));
  command
    .command('down')
    .description('stop all of it and delete what it held')
    .addOption(named())
    .option('--json', 'print one line of JSON, last', false)
    .action((flags) => settle(flags.json, () => runDown(flags)));
  command
    .command('status')
    .description('what runs; exit code 1 when it does not')
    .option('--name <name>', 'which sandbox; all of them when left out')
    .option('--json', 'print one line of JSON, last', false)
    .action((flags) => settle(flags.json, () => runStatus(flags)));
  command
    .command('helm')
    .description('build helm from its Go module, once; charts are rendered and installed with it where PATH has none')
    .option('--json', 'print one line of JSON, last', false)
    .action((flags) => settle(flags.json, () => runHelm(flags)));
  return command;
}

/** The one place where a problem becomes a sentence and an exit code. */
async function settle(json: boolean, run: () => Promise<Exit>): Promise<void> {
  try {
    process.exitCode = await run();
  } catch (error) {
    if (!(error instanceof SandboxProblem)) throw error;
    process.exitCode = fail(json, EXIT_OF[error.kind], REASON_OF[error.kind], error.message);
  }
}

const REASON_OF = { usage: 'WrongUse', environment: 'MissingHere', failed: 'SandboxFailed' } as const;

async function runUp(given: unknown): Promise<Exit> {
  const flags = UpFlags.safeParse(given);
  if (!flags.success) {
    const option = flags.error.issues[0]?.path[0] === 'operators' ? 'operators' : 'crds';
    const known = { crds: CRD_SETS, operators: OPERATOR_NAMES }[option];
    throw new SandboxProblem('usage', `--${option} takes some of ${known.join(',')}, separated by commas.`);
  }
  const { name, nodes, crds, operators, json } = flags.data;
  const began = Date.now();
  const interrupted = async () => {
    if (isStartedHere(name)) await down({ name });
    process.exit(130);
  };
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  const spinner = startSpinner(`sandbox ${name}`);
  let sandbox: Sandbox;
  try {
    sandbox = await up({
      name,
      crds,
      operators,
      progress: spinner.step,
      ...(nodes === undefined ? {} : { nodes }),
    });
  } finally {
    spinner.stop();
  }
  printError(`sandbox ${name}: ready after ${((Date.now() - began) / 1000).toFixed(1)} s`);
  if (json) answer('sandbox up', EXIT.done, { ...sandbox });
  else
    print(
      `${describe({ status: 'up', name, sandbox, processes: [] })}\n\nexport KUBECONFIG=${quoted(sandbox.kubeconfig)}`,
    );
  return EXIT.done;
}

async function runDown(given: unknown): Promise<Exit> {
  const { name = 'default', json } = Flags.parse(given);
  const was = await down({ name });
  if (json) answer('sandbox down', EXIT.done, { name, was_there: was });
  else print(was ? `sandbox ${name}: gone` : `sandbox ${name}: there was none`);
  return EXIT.done;
}

async function runStatus(given: unknown): Promise<Exit> {
  const { name, json } = Flags.parse(given);
  const all = name === undefined ? await list() : [await status({ name })];
  const exit = all.length > 0 && all.every((one) => one.status === 'up') ? EXIT.done : EXIT.no;
  if (json) answer('sandbox status', exit, name === undefined ? { sandboxes: all } : { ...all[0] });
  else print(all.map(describe).join('\n') || 'no sandbox');
  return exit;
}

async function runHelm(given: unknown): Promise<Exit> {
  const { json } = Flags.parse(given);
  const spinner = startSpinner('helm');
  let helm: string;
  try {
    helm = await helmProgram(spinner.step);
  } finally {
    spinner.stop();
  }
  if (json) answer('sandbox helm', EXIT.done, { helm });
  else print(helm);
  return EXIT.done;
}

/** For a shell, as it is copied. */
const quoted = (path: string): string => (/^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`);

function describe(one: Status): string {
  if (one.status === 'broken') return `${one.name}: broken: ${one.because}`;
  if (one.status !== 'up') return `${one.name}: ${one.status === 'none' ? 'not running' : 'starting'}`;
  const { sandbox } = one;
  return [
    `${one.name}: up, Kubernetes ${sandbox.version}`,
    `  server      ${sandbox.server}`,
    `  kubeconfig  ${sandbox.kubeconfig}`,
    `  registry    ${sandbox.registry ?? 'none'}`,
    `  nodes       ${sandbox.nodes}${sandbox.nodes === 'kwok' ? ' (its containers are simulated)' : ''}`,
    `  CRDs        ${sandbox.crds.join(', ') || 'none'}`,
    ...(sandbox.operators.length === 0 ? [] : [`  operators   ${sandbox.operators.join(', ')}`]),
    `  audit log   ${sandbox.audit_log}`,
    ...sandbox.notes.map((note) => `  note        ${note}`),
  ].join('\n');
}
