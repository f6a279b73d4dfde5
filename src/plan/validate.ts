import { checkCommands } from './checks/commands.ts';
import { checkComplete } from './checks/complete.ts';
import { checkCriteria } from './checks/criteria.ts';
import { checkObjects } from './checks/objects.ts';
import { checkOrder } from './checks/order.ts';
import { checkRollback } from './checks/rollback.ts';
import { checkRuns } from './checks/runs.ts';
import { checkSecrets } from './checks/secrets.ts';
import type { Subject } from './checks/subject.ts';
import type { Source } from './parse.ts';
import { reportInto } from './places.ts';
import type { LoadedPlan, Problem } from './types.ts';
import type { ShellLine, World } from './world.ts';

/** Every check over a loaded plan, all problems at once. What only the cluster can tell (dry-runs, evidence) comes after. */
export async function validatePlan(loaded: LoadedPlan, source: Source, world: World): Promise<Problem[]> {
  const problems: Problem[] = [];
  const known = new Map<string, ShellLine>();
  const subject: Subject = {
    loaded,
    world,
    report: reportInto(problems, source.places, source.written),
    read(command) {
      const line = known.get(command) ?? world.parseCommand(command);
      known.set(command, line);
      return line;
    },
  };
  checkComplete(subject);
  checkObjects(subject);
  checkOrder(subject);
  checkSecrets(subject);
  checkCriteria(subject);
  checkRuns(subject);
  await checkCommands(subject);
  await checkRollback(subject);
  return problems;
}
