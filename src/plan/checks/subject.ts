import { readHealth } from '../health.ts';
import type { Path, Report } from '../places.ts';
import { commandsOf, type LoadedPlan, type Manifest, type Problem } from '../types.ts';
import type { ShellLine, World } from '../world.ts';

/** What every check looks at. */
export type Subject = {
  readonly loaded: LoadedPlan;
  readonly world: World;
  readonly report: Report;
  readonly read: (command: string) => ShellLine;
};

export type Placed = Manifest & { readonly phase: number };

/** Every object with the index of its phase. */
export const placed = (loaded: LoadedPlan): Placed[] =>
  loaded.phases.flatMap(({ manifests }, phase) => manifests.map((m) => ({ ...m, phase })));

export const called = (object: { readonly kind: string; readonly metadata: { readonly name?: string } }): string =>
  `${object.kind}/${object.metadata.name ?? ''}`;

/** Where an object is written: the entry of `resources`, and its own file and lines. */
export function whereIs(manifest: Placed): readonly [Path, Partial<Problem>] {
  const { file, lines, resource } = manifest.from;
  return [
    ['phases', manifest.phase, 'resources', resource],
    file === undefined || lines === undefined ? {} : { file, line: lines.from, column: 1 },
  ];
}

/** `health`: what is asked by the server itself, and so no command. */
export type Use = 'apply' | 'validation' | 'rollback' | 'health';
export type Written = { readonly path: Path; readonly use: Use; readonly command: string; readonly phase?: number };

/** Every command line of the plan with where it stands; `undo` and `keep …` are not commands. */
export function commandLines(loaded: LoadedPlan, isCommand: (entry: string) => boolean): Written[] {
  const { phases, validation } = loaded.plan;
  const list = (path: Path, use: Use, commands: readonly string[], phase?: number): Written[] =>
    commands.map((command, index) => ({
      path: [...path, index],
      use,
      command,
      ...(phase === undefined ? {} : { phase }),
    }));
  return [
    ...phases.flatMap((p, i) => [
      ...list(['phases', i, 'commands'], 'apply', p.commands, i),
      ...list(['phases', i, 'validation_commands'], 'validation', p.validation_commands, i),
      ...list(['phases', i, 'rollback'], 'rollback', p.rollback, i).filter((w) => isCommand(w.command)),
    ]),
    ...list(['validation', 'static'], 'validation', commandsOf(validation.static)),
    ...list(['validation', 'health'], 'validation', commandsOf(validation.health)).map((written) =>
      readHealth(written.command) === undefined ? written : { ...written, use: 'health' as const },
    ),
    ...list(['validation', 'functional'], 'validation', commandsOf(validation.functional)),
  ];
}
