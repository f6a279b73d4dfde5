import { commandsOf, type LoadedPlan, readRollback } from '../plan/index.ts';
import { type Danger, worstOf } from './fact.ts';
import { tellingLines } from './telling.ts';

/** Everything the plan runs, and the text of every file that its commands name. */
export type CommandReview = {
  readonly where: string;
  readonly text: string;
  readonly danger: Danger;
  readonly what: readonly string[];
};

/** A file that a command names, as it was when the plan was submitted; no text: it is none, or longer than can be read. */
export type Script = { readonly path: string; readonly sha256: string; readonly text?: string };

export function commandsIn({ plan }: LoadedPlan): CommandReview[] {
  const { static: still, health, functional } = plan.validation;
  const all = [
    ...plan.phases.flatMap((p) => [
      ...p.commands.map((text) => ({ where: `phase ${p.number}, applying`, text })),
      ...(p.must_fail_before ?? []).map((text) => ({
        where: `phase ${p.number}, before applying (has to fail)`,
        text,
      })),
      ...p.validation_commands.map((text) => ({ where: `phase ${p.number}, validation`, text })),
      ...p.rollback.flatMap((text) =>
        readRollback(text).kind === 'command' ? [{ where: `phase ${p.number}, rollback`, text }] : [],
      ),
    ]),
    ...Object.entries({ static: still, health, functional }).flatMap(([list, checks]) =>
      commandsOf(checks).map((text) => ({ where: `validation, ${list}`, text })),
    ),
  ];
  return all.map(({ where, text }) => {
    const told = tellingLines(text);
    // What a rollback deletes is what it is for.
    const what = [...new Set(told.flatMap((t) => t.what))].filter((w) => !(/rollback/.test(where) && w === 'deletes'));
    const danger = what.length === 0 ? 0 : worstOf(told.map((t) => t.danger));
    return { where, text, danger, what };
  });
}

export const SHORTEST_CUT = 600;

/** A command on one line: whole, or its beginning, what is telling in it, and its end, with the cut given. */
export function commandText(text: string): string {
  const line = text
    .replace(/\n\s*/g, ' ⏎ ')
    // A run of blanks pushes what follows out of sight.
    .replace(/ {9,}/g, (blanks) => ` (${blanks.length} spaces) `);
  if (line.length <= SHORTEST_CUT) return line;
  const told = tellingLines(text).map((t) => t.text.trim().slice(0, 200));
  const [head, tail] = [line.slice(0, 240), line.slice(-160)];
  const middle = told.filter((t) => !head.includes(t) && !tail.includes(t)).slice(0, 3);
  return `${head} … (cut: ${line.length - 400} characters) ${middle.length === 0 ? '' : `… ${middle.join(' … ')} `}… ${tail}`.toWellFormed();
}
