// infragate show plan|diff|manifests [deployment]

import { Argument, Command } from 'commander';
import { printError } from '../print/index.ts';
import { EXIT } from './exit.ts';
import { page } from './pager.ts';
import { theDeployment, withEngine } from './person.ts';
import { PARTS, type Part, partOf } from './review.ts';

/** All of what an approver decides about, to page through: nothing in it is cut. */
export function showCommand(): Command {
  return new Command('show')
    .description("all of a plan's review, its full difference (live → dry run), or every manifest, to page through")
    .addArgument(new Argument('<part>', 'which').choices(PARTS))
    .argument('[deployment]', 'its id; may be left out when one is open')
    .action((part: Part, id: string | undefined) =>
      withEngine(async (engine) => {
        const d = await theDeployment(engine, id);
        if (typeof d === 'number') return d;
        const answer = await engine.perform({
          tool: 'deployment-status',
          input: { deployment: d.id, show: 'plan' },
          actor: { kind: 'agent', client: 'infragate show' },
        });
        const review = answer.structured.review;
        const lines = typeof review === 'string' ? await partOf(engine, review, part) : undefined;
        if (lines === undefined) {
          printError(answer.isError ? answer.text : 'No valid plan has been submitted.');
          return EXIT.no;
        }
        page(lines);
        return EXIT.done;
      }),
    );
}
