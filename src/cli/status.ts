import { Command } from 'commander';
import { print, printError, printJson } from '../print/index.ts';
import { permit } from '../workflow/index.ts';
import { codeOf, EXIT, exitOf } from './exit.ts';
import { withEngine } from './person.ts';

/** infragate status: what an agent gets from deployment-status, for a person or a program. */
export function statusCommand(): Command {
  return new Command('status')
    .description('where a deployment stands; without an id and not exactly one open here, the list')
    .argument('[deployment]')
    .option('--show <what>', 'status, research, plan or timeline', 'status')
    .option('--json', 'print one line of JSON, last', false)
    .action((id: string | undefined, { show, json }: { show: string; json: boolean }) =>
      withEngine(async (engine) => {
        const answer = await engine.perform({
          tool: 'deployment-status',
          input: { ...(id === undefined ? {} : { deployment: id }), show },
          actor: { kind: 'agent', client: 'infragate status' },
        });
        if (json) {
          const named = answer.structured.deployment;
          const loaded = typeof named === 'string' && named !== 'none' ? await engine.read(named) : undefined;
          const allowed = loaded?.ok ? { permit: permit(loaded.deployment, engine.now()) } : {};
          printJson({ ...answer.structured, ...allowed });
        } else (answer.isError ? printError : print)(answer.text);
        return answer.isError ? exitOf(codeOf(answer)) : EXIT.done;
      }),
    );
}
