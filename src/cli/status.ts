import { setTimeout as sleep } from 'node:timers/promises';
import { Command, InvalidArgumentError } from 'commander';
import type { Engine, Performed } from '../engine/index.ts';
import { clearScreen, print, printError, printLines, printWrapped, terminalWidth } from '../print/index.ts';
import { inLocalTime } from '../report/index.ts';
import { permit } from '../workflow/index.ts';
import { answer } from './answers.ts';
import { codeOf, EXIT, exitOf } from './exit.ts';
import { withEngine } from './person.ts';
import { type Listed, statusTable } from './status-table.ts';

type Flags = { show: string; json: boolean; watch?: number | true };

const seconds = (text: string): number => {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError('it takes seconds, 1 to 9999');
  return Number(text);
};

const asked = (engine: Engine, id: string | undefined, show: string): Promise<Performed> =>
  engine.perform({
    tool: 'deployment-status',
    input: { ...(id === undefined ? {} : { deployment: id }), show },
    actor: { kind: 'agent', client: 'infragate status' },
  });

/** A list is a table; one deployment is what an agent reads. */
async function shown(engine: Engine, answer: Performed): Promise<void> {
  const { deployments } = answer.structured;
  if (answer.isError || !Array.isArray(deployments) || deployments.length === 0)
    return answer.isError ? printError(answer.text) : printWrapped(inLocalTime(answer.text));
  const open = new Map((await engine.open()).deployments.map((d) => [d.id, d]));
  printLines(statusTable(deployments.filter(isListed), open, engine.now(), terminalWidth()));
  for (const line of answer.text.split('\n').filter((one) => /^\(\d+ earlier\)|can't be trusted/.test(one)))
    print(line);
}

const isListed = (value: unknown): value is Listed =>
  typeof value === 'object' &&
  value !== null &&
  ['deployment', 'namespace', 'stage', 'started_at'].every((key) => typeof Object(value)[key] === 'string');

/** infragate status: what an agent gets from deployment-status, for a person or a program. */
export function statusCommand(): Command {
  return new Command('status')
    .description('where a deployment stands; without an id and not exactly one open here, the list')
    .argument('[deployment]')
    .option('--show <what>', 'status, research, plan or timeline', 'status')
    .option('--watch [seconds]', 'again every so many seconds, until it is interrupted', seconds)
    .option('--json', 'print one line of JSON, last', false)
    .action((id: string | undefined, { show, json, watch }: Flags) =>
      withEngine(async (engine) => {
        while (watch !== undefined) {
          clearScreen();
          await shown(engine, await asked(engine, id, show));
          await sleep((watch === true ? 5 : watch) * 1000);
        }
        const found = await asked(engine, id, show);
        const exit = found.isError ? exitOf(codeOf(found)) : EXIT.done;
        if (json) {
          const named = found.structured.deployment;
          const loaded = typeof named === 'string' && named !== 'none' ? await engine.read(named) : undefined;
          const allowed = loaded?.ok ? { permit: permit(loaded.deployment, engine.now()) } : {};
          const error = found.isError ? { error: { reason: codeOf(found) ?? 'Refused', message: found.text } } : {};
          answer('status', exit, { ...found.structured, ...allowed, ...error });
        } else await shown(engine, found);
        return exit;
      }, json),
    );
}
