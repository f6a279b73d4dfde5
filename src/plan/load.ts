import { readHealth } from './health.ts';
import type { Source } from './parse.ts';
import { pinCommand, pinFiles, sortPins } from './pins.ts';
import { type Path, type Report, reportInto } from './places.ts';
import { unique } from './record.ts';
import { loadResources } from './resources.ts';
import { readRollback } from './rollback.ts';
import { commandsOf, type LoadedPhase, type LoadedPlan, type Pinned, type Plan, type Problem } from './types.ts';
import type { World } from './world.ts';

/** A plan → the plan with everything it needs from disk, as it is there now. */
export async function loadPlan(
  plan: Plan,
  source: Source,
  world: Pick<World, 'files' | 'render' | 'parseCommand'>,
): Promise<{ readonly loaded: LoadedPlan; readonly problems: readonly Problem[] }> {
  const problems: Problem[] = [];
  const report = reportInto(problems, source.places, source.written);
  const phases: LoadedPhase[] = [];
  for (const [index, phase] of plan.phases.entries()) {
    const at: Path = ['phases', index];
    const resources = await loadResources(phase.resources, at, world.files, world.render ?? {}, report);
    const named = await commands(
      [
        ...phase.commands.map((c, i) => [[...at, 'commands', i], c] as const),
        ...phase.validation_commands.map((c, i) => [[...at, 'validation_commands', i], c] as const),
        ...phase.rollback.flatMap((c, i) =>
          readRollback(c).kind === 'command' ? [[[...at, 'rollback', i], c] as const] : [],
        ),
      ],
      world,
      report,
      phase.files ?? [],
    );
    const listed = await pinFiles(phase.files ?? [], world.files, [...at, 'files'], report);
    phases.push({
      number: phase.number,
      manifests: resources.manifests,
      observed: resources.observed,
      pinned: sortPins([...resources.pinned, ...named.pinned, ...listed]),
      opaque: unique([...resources.opaque, ...named.opaque]),
    });
  }
  const { static: still, health, functional } = plan.validation;
  const named = await commands(
    Object.entries({ static: still, health, functional }).flatMap(([list, checks]) =>
      commandsOf(checks).flatMap((c, i) =>
        list === 'health' && readHealth(c) !== undefined ? [] : [[['validation', list, i], c] as const],
      ),
    ),
    world,
    report,
    plan.files ?? [],
  );
  const listed = await pinFiles(plan.files ?? [], world.files, ['files'], report);
  return { loaded: { plan, phases, pinned: sortPins([...named.pinned, ...listed]), opaque: named.opaque }, problems };
}

async function commands(
  written: readonly (readonly [Path, string])[],
  world: Pick<World, 'files' | 'parseCommand'>,
  report: Report,
  listed: readonly string[],
): Promise<{ pinned: Pinned[]; opaque: string[] }> {
  const pinned: Pinned[] = [];
  const opaque: string[] = [];
  for (const [path, command] of written) {
    const named = await pinCommand(world.parseCommand(command), world.files, path, report, listed.length > 0);
    pinned.push(...named.pinned);
    opaque.push(...named.opaque);
  }
  return { pinned, opaque: unique(opaque) };
}
