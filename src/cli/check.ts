import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Command, Option } from 'commander';
import { FORMS_PAGE } from '../assumptions/index.ts';
import type { Cluster } from '../cluster/index.ts';
import { createEngine, type Engine, type Policy, readPolicy } from '../engine/index.ts';
import { clearProgress, print, printJsonText, printLines, progressLine, terminalWidth } from '../print/index.ts';
import { dataFolder } from '../state/index.ts';
import { TOOLS } from '../tools/index.ts';
import { fail } from './answers.ts';
import { compareSources } from './check/compare.ts';
import { type AssumptionsFile, readAssumptions } from './check/file.ts';
import { type About, FORMATS, type Format, formatted } from './check/formats.ts';
import { look } from './check/look.ts';
import { exitOf, FAIL_ON, type FailOn, type Row } from './check/rows.ts';
import { textReport } from './check/text.ts';
import { withWaivers } from './check/waivers.ts';
import { EXIT, type Exit } from './exit.ts';
import { workspaceHere } from './here.ts';

type Flags = {
  format?: Format;
  markdown: boolean;
  json: boolean;
  sarif: boolean;
  output?: string;
  failOn: FailOn;
  context?: string;
  namespace?: string;
};

/** infragate check: assumptions from files, on their own, read-only, counted for no gate. */
export function checkCommand(): Command {
  return new Command('check')
    .description('assumptions and documents from files, tried on a cluster without a deployment; for CI')
    .argument('<file...>', 'assumptions.yaml (docs/reference/assumptions.md), several of them, or - for standard input')
    .addOption(new Option('--format <format>', 'how to report').choices(FORMATS))
    .option('--json', 'the same as --format json: one JSON value', false)
    .option('--markdown', 'the same as --format markdown', false)
    .option('--sarif', 'the same as --format sarif: a SARIF 2.1.0 log', false)
    .option('--output <file>', 'write the report there, and a summary to standard output')
    .addOption(
      new Option(
        '--fail-on <least>',
        'fail: what does not hold; unknown: what can not be seen, too; diverge: MEDIUM and LOW, too',
      )
        .choices(FAIL_ON)
        .default('unknown'),
    )
    .option('--context <name>', 'the kubeconfig context')
    .option('--namespace <name>', "the namespace, in place of the files'")
    .addHelpText(
      'after',
      '\nExit codes: 0 all hold, 1 something does not, 2 wrong use, 3 the cluster can not be reached, 4 nothing is known\nnot to hold, but something can not be seen.',
    )
    .action(async (paths: string[], flags: Flags) => {
      process.exitCode = await check(paths, flags);
    });
}

async function check(paths: readonly string[], flags: Flags): Promise<number> {
  const format = formatOf(flags);
  const no = (exit: Exit, reason: string, message: string) =>
    fail(format === 'json', exit, reason, `infragate check: ${message}`);
  if (format === undefined)
    return fail(
      flags.json,
      EXIT.wrongUse,
      'WrongUse',
      'infragate check: one of --format, --markdown, --json and --sarif',
    );
  const began = Date.now();
  const files: AssumptionsFile[] = [];
  for (const path of paths) {
    const read = await readAssumptions(path, workspaceHere());
    if (!read.ok) return no(EXIT.wrongUse, 'BadFile', read.message);
    files.push(read.file);
  }
  if (flags.namespace === '')
    return no(EXIT.wrongUse, 'WrongUse', '--namespace is empty; leave it out for that of the files');
  const policy = await readPolicy(dataFolder());
  if (!policy.ok) return no(EXIT.lacking, 'BadPolicy', policy.message);
  const reached = await reach(flags.context);
  if (!reached.ok) return no(EXIT.lacking, 'CLUSTER_UNREACHABLE', reached.message);
  try {
    const rows: Row[] = [];
    for (const file of files) {
      const found = await one(file, flags, policy.policy, reached);
      if (!found.ok) return no(found.exit, found.reason, found.message);
      rows.push(...found.rows);
    }
    return await report(rows, format, flags, {
      files: files.map((file) => file.name),
      failOn: flags.failOn,
      seconds: (Date.now() - began) / 1000,
      forms: FORMS_PAGE,
      width: terminalWidth(),
    });
  } finally {
    clearProgress();
    await reached.release();
  }
}

function formatOf({ format, json, markdown, sarif }: Flags): Format | undefined {
  const named: Format[] = [
    ...(format === undefined ? [] : [format]),
    ...(json ? (['json'] as const) : []),
    ...(markdown ? (['markdown'] as const) : []),
    ...(sarif ? (['sarif'] as const) : []),
  ];
  const different = [...new Set(named)];
  return different.length > 1 ? undefined : (different[0] ?? 'text');
}

type Found = { ok: true; rows: Row[] } | { ok: false; exit: Exit; reason: string; message: string };

async function one(file: AssumptionsFile, flags: Flags, policy: Policy, reached: Reached): Promise<Found> {
  const namespace = flags.namespace ?? file.assumptions.namespace ?? 'default';
  const abort = new AbortController();
  const looked = await look(file, {
    reader: reached.cluster.reader,
    namespace,
    policy,
    signal: abort.signal,
    progress: progressLine,
  });
  if (!looked.ok) return { ok: false, exit: EXIT.wrongUse, reason: 'BAD_INPUT', message: looked.message };
  if ((file.assumptions.sources ?? []).length === 0) return { ok: true, rows: withWaivers(looked.rows, file, today()) };
  const engine = await reached.engine(file.folder);
  try {
    const compared = await compareSources(file, engine, namespace, progressLine);
    if (!compared.ok) return compared;
    return { ok: true, rows: withWaivers([...looked.rows, ...compared.rows], file, today()) };
  } finally {
    await engine.close();
  }
}

const today = () => new Date().toISOString().slice(0, 10);

async function report(rows: readonly Row[], format: Format, flags: Flags, about: About): Promise<number> {
  clearProgress();
  const text = formatted(format, rows, about);
  if (flags.output !== undefined) {
    const path = resolve(workspaceHere(), flags.output);
    try {
      await writeFile(path, `${text}\n`);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return fail(format === 'json', EXIT.lacking, 'NotWritten', `infragate check: ${path} can't be written: ${why}`);
    }
    printLines(textReport(rows, about));
  } else if (format === 'text') printLines(textReport(rows, about));
  else if (format === 'json' || format === 'sarif') printJsonText(text);
  else print(text);
  return exitOf(rows, about.failOn);
}

type Reached = {
  readonly ok: true;
  readonly cluster: Cluster;
  engine(workspace: string): Promise<Engine>;
  release(): Promise<void>;
};

/**
 * One connection for all of it. Documents are compared by an engine of its own, whose record (of nothing) lies in a
 * folder that goes afterwards: the data folder may not be writable in CI.
 */
async function reach(context: string | undefined): Promise<Reached | { ok: false; message: string }> {
  const { connect } = await import('../cluster/index.ts');
  const connected = await connect(context === undefined ? {} : { context });
  if (!connected.ok) return { ok: false, message: `${connected.error.reason}: ${connected.error.message}` };
  const cluster = connected.value;
  const before = process.env.INFRAGATE_KUBECONFIG;
  let folder: string | undefined;
  return {
    ok: true,
    cluster,
    async engine(workspace) {
      folder ??= await mkdtemp(join(tmpdir(), 'infragate-check-'));
      const path = join(folder, 'kubeconfig');
      await writeFile(path, cluster.kubeconfig(), { mode: 0o600 });
      process.env.INFRAGATE_KUBECONFIG = path;
      return createEngine({ home: join(folder, 'home'), workspace, tools: TOOLS, policyHome: dataFolder() });
    },
    async release() {
      cluster.close();
      if (before === undefined) delete process.env.INFRAGATE_KUBECONFIG;
      else process.env.INFRAGATE_KUBECONFIG = before;
      if (folder !== undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}
