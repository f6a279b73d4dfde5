import { resolve } from 'node:path';
import { capabilitiesOf } from '../assumptions/index.ts';
import type { ReadingRun } from '../engine/tool.ts';
import { cumulativeDigests, differenceText, preparePlan, reloadPlan, type World } from '../plan/index.ts';
import { type Deployment, type Refusal, refuse, revisePlan } from '../workflow/index.ts';
import type { StoredPhase, StoredPlan } from './stored.ts';

/** What plan/ may ask of this machine and this deployment. */
export async function worldOf(run: ReadingRun, d: Deployment): Promise<World> {
  const commands = await import('../commands/index.ts');
  const { parseCommand, scriptsRun } = await import('../shell/index.ts');
  const { parseReference } = await import('../images/index.ts');
  const { parseCriterion } = await import('../criteria/index.ts');
  const { workspace } = d.started;
  return {
    component: d.started.component,
    namespace: d.target.namespace,
    namespaces: d.target.namespaces.map((n) => n.name),
    context: d.target.context,
    files: commands.workspaceFiles(workspace),
    parseCommand,
    scripts: (argv) => scriptsRun(argv, workspace),
    programExists: (name) =>
      name === 'helm'
        ? commands.helmHere() !== undefined
        : commands.programExists(name, process.env.PATH ?? '', workspace),
    parseCriterion: (text, about) => parseCriterion(text, about),
    canonicalImage: (text) => {
      const parsed = parseReference(text);
      return parsed.ok ? parsed.reference.canonical : undefined;
    },
    render: {
      kustomize: (folder) => commands.renderKustomization(resolve(workspace, folder)),
      helm: async (chart) =>
        commands.renderChart({
          ...chart,
          namespace: d.target.namespace,
          cwd: workspace,
          hooks: true,
          // As helm asks the API server at the install: the objects that are approved are those it makes.
          ...(await capabilitiesOf(await run.reader())),
        }),
    },
  };
}

/**
 * Are the files still what was approved, up to and including this phase? Later phases may be in revision; what was
 * proven and what is about to be done may not.
 */
export async function drifted(
  run: ReadingRun,
  d: Deployment,
  stored: StoredPlan,
  phase: StoredPhase,
): Promise<Refusal | undefined> {
  const world = await worldOf(run, d);
  const index = stored.plan.phases.findIndex((p) => p.number === phase.number);
  const reloaded = await reloadPlan(stored.loaded, world);
  if (!reloaded.same && cumulativeDigests(reloaded.loaded)[index] !== phase.bound) {
    const why = reloaded.problems.map((p) => p.message).concat(differenceText(reloaded.difference));
    return drift(d, phase, why.join(' ').slice(0, 800));
  }
  if (stored.file === undefined) return undefined;
  const text = await world.files.read(stored.file);
  if (text === undefined) return drift(d, phase, `${stored.file} is no longer there.`);
  const again = await preparePlan(text, stored.file, world);
  if (again.prepared?.cumulative[index] === phase.bound) return undefined;
  return drift(d, phase, `${stored.file} no longer says what was approved about phases 1 to ${phase.number}.`);
}

/** Is everything that the plan applies, runs or names still what was approved? What validation runs belongs to no phase. */
export async function planDrifted(run: ReadingRun, d: Deployment, stored: StoredPlan): Promise<Refusal | undefined> {
  const { same, problems, difference } = await reloadPlan(stored.loaded, await worldOf(run, d));
  if (same) return undefined;
  const why = problems.map((p) => p.message).concat(differenceText(difference));
  return refused(d, 'The plan', why.join(' ').slice(0, 800));
}

const drift = (d: Deployment, phase: StoredPhase, why: string): Refusal => refused(d, `Phase ${phase.number}`, why);

const refused = (d: Deployment, what: string, why: string): Refusal =>
  refuse(
    'PLAN_DRIFT',
    `${what} is not what was approved any more. ${why} Put it back, or submit the plan again and have it approved.`,
    {
      gate: 'P',
      next: [{ tool: 'deployment-status', arguments: { deployment: d.id, show: 'plan' } }, revisePlan(d)],
    },
  );
