import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { Command } from 'commander';
import { parse } from 'yaml';
import { z } from 'zod';
import { createEngine, type Engine, type Performed } from '../engine/index.ts';
import { print, printJson, progressLine } from '../print/index.ts';
import { TOOLS } from '../tools/index.ts';
import { issuesIn } from '../workflow/index.ts';
import { markdown, plain, exitOf as resultOf, rowsOf, sarif } from './check.report.ts';
import { codeOf, EXIT, type Exit, exitOf } from './exit.ts';
import { workspaceHere } from './here.ts';
import { fail } from './with-ledger.ts';

const texts = z.array(z.string());
const source = z.union([
  z.string().transform((text) => ({ source: text })),
  z.strictObject({
    source: z.string(),
    local_environment: z.string().optional(),
    features_to_verify: texts.optional(),
  }),
]);

/** assumptions.yaml: what cluster-reality-check takes, and the documents that divergence-check reads. */
const file = z.strictObject({
  namespace: z.string().optional(),
  assumed_apis: texts.optional(),
  planned_images: texts.optional(),
  operators: texts.optional(),
  configuration_requirements: texts.optional(),
  manifests: z.string().optional(),
  local_environment: z.string().optional(),
  sources: z.array(source).optional(),
});
type Assumptions = z.output<typeof file>;

type Options = { markdown: boolean; json: boolean; sarif: boolean; context?: string; namespace?: string };

/** infragate check: the two checks from a file, on their own, read-only, counted for no gate. */
export function checkCommand(): Command {
  return new Command('check')
    .description('the two checks from a file, without a deployment; for CI')
    .argument(
      '<file>',
      'assumptions.yaml: assumed_apis, planned_images, operators, configuration_requirements, manifests, sources',
    )
    .option('--markdown', 'a Markdown report', false)
    .option('--json', 'one line of JSON', false)
    .option('--sarif', 'a SARIF 2.1.0 log', false)
    .option('--context <name>', 'the kubeconfig context')
    .option('--namespace <name>', "the namespace, in place of the file's")
    .action(async (path: string, options: Options) => {
      process.exitCode = await check(path, options);
    });
}

async function check(path: string, options: Options): Promise<number> {
  if ([options.markdown, options.json, options.sarif].filter(Boolean).length > 1) {
    return no(options, EXIT.wrongUse, 'WrongUse', 'one of --markdown, --json and --sarif');
  }
  const absolute = resolve(workspaceHere(), path);
  const read = await readAssumptions(absolute);
  if (!read.ok) return no(options, EXIT.wrongUse, 'BadFile', read.message);
  const assumptions = {
    ...read.assumptions,
    ...(options.namespace === undefined ? {} : { namespace: options.namespace }),
  };
  const cluster = await reach(options.context);
  if (!cluster.ok) return no(options, EXIT.lacking, 'CLUSTER_UNREACHABLE', cluster.message);
  const engine = createEngine({ workspace: dirname(absolute), tools: TOOLS });
  try {
    return await report(engine, assumptions, path, options);
  } finally {
    await engine.close();
    await cluster.release();
  }
}

async function report(engine: Engine, assumptions: Assumptions, path: string, options: Options): Promise<number> {
  const { sources = [], local_environment, ...lists } = assumptions;
  const answers: Performed[] = [];
  const { namespace: _, ...looked } = lists;
  if (Object.keys(looked).length > 0) answers.push(await ask(engine, 'cluster-reality-check', lists));
  for (const one of sources) {
    answers.push(
      await ask(engine, 'divergence-check', {
        upstream_source: one.source,
        local_environment: ('local_environment' in one ? one.local_environment : undefined) ?? local_environment,
        features_to_verify: 'features_to_verify' in one ? one.features_to_verify : undefined,
      }),
    );
  }
  const refused = answers.find((answer) => answer.isError);
  if (refused !== undefined) {
    const code = codeOf(refused) ?? 'Refused';
    return no(options, exitOf(code), code, refused.text);
  }
  const rows = (
    await Promise.all(answers.map(async ({ structured }) => rowsOf(structured, await kept(engine, structured))))
  ).flat();
  const exit = resultOf(rows);
  if (options.markdown) print(markdown(rows));
  else if (options.sarif) printJson(sarif(rows, path));
  else if (options.json) printJson({ ok: exit === EXIT.done, results: rows });
  else print(plain(rows));
  return exit;
}

/** Where a large answer's findings are kept: `… id: "3f2a9c01d4e5#NAME"}`. */
async function kept(engine: Engine, { passed }: Performed['structured']): Promise<string | undefined> {
  const told = typeof passed === 'object' && passed !== null && 'evidence' in passed ? String(passed.evidence) : '';
  const id = /"([0-9a-f]{12})#NAME"/.exec(told)?.[1];
  return id === undefined ? undefined : (await engine.evidence(id))?.text;
}

const ask = (engine: Engine, tool: string, input: Record<string, unknown>) =>
  engine.perform({
    tool,
    input: Object.fromEntries(
      Object.entries({ ...input, deployment: 'none' }).filter(([, value]) => value !== undefined),
    ),
    actor: { kind: 'agent', client: 'infragate check' },
    progress: progressLine,
  });

async function readAssumptions(
  path: string,
): Promise<{ ok: true; assumptions: Assumptions } | { ok: false; message: string }> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch {
    return { ok: false, message: `${path} can't be read` };
  }
  try {
    const parsed = file.safeParse(parse(text) ?? {});
    if (!parsed.success) {
      const [issue] = issuesIn(parsed.error, file);
      return { ok: false, message: `${path}: ${issue?.path.join('.') || 'top level'}: ${issue?.message}` };
    }
    if (Object.keys(parsed.data).length === 0) return { ok: false, message: `${path} names nothing to check` };
    return { ok: true, assumptions: parsed.data };
  } catch (error) {
    return { ok: false, message: `${path}: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}` };
  }
}

/** Another context than the current one: the checks get a kubeconfig with this one alone, gone afterwards. */
async function reach(
  context: string | undefined,
): Promise<{ ok: true; release: () => Promise<void> } | { ok: false; message: string }> {
  if (context === undefined) return { ok: true, release: async () => {} };
  const { connect } = await import('../cluster/index.ts');
  const connected = await connect({ context });
  if (!connected.ok) return { ok: false, message: `${connected.error.reason}: ${connected.error.message}` };
  const folder = await mkdtemp(join(tmpdir(), 'infragate-check-'));
  const path = join(folder, 'kubeconfig');
  await writeFile(path, connected.value.kubeconfig(), { mode: 0o600 });
  connected.value.close();
  const before = process.env.INFRAGATE_KUBECONFIG;
  process.env.INFRAGATE_KUBECONFIG = path;
  return {
    ok: true,
    async release() {
      if (before === undefined) delete process.env.INFRAGATE_KUBECONFIG;
      else process.env.INFRAGATE_KUBECONFIG = before;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const no = ({ json }: Options, exit: Exit, reason: string, message: string): number =>
  fail(json, exit, reason, `infragate check: ${message}`);
