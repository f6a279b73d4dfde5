import { Command } from 'commander';
import { print, printError } from '../print/index.ts';
import { EXIT } from './exit.ts';
import { identify, theDeployment, withEngine } from './person.ts';
import { ask } from './terminal.ts';

/** infragate abandon: the record stays, nothing more may be done in it, and the next run inherits its open blockers. What
 *  passes by (kept bullets, a rehearsal's copy, the Lease) goes; what phases applied stays. */
export function abandonCommand(): Command {
  return new Command('abandon')
    .description('a person ends a deployment that will not be finished')
    .argument('[deployment]', 'its id; may be left out when one is open')
    .requiredOption('--because <reason>', 'why')
    .action((id: string | undefined, { because }: { because: string }) =>
      withEngine(async (engine) => {
        const d = await theDeployment(engine, id);
        if (typeof d === 'number') return d;
        const who = await identify(engine, d);
        if (!who.ok) return who.exit;
        if ((await ask(`Type ${d.id} to end it: `)) !== d.id) {
          printError('Nothing was done.');
          return EXIT.no;
        }
        const done = await engine.abandon({ deployment: d.id, because, actor: who.actor, signer: who.signer });
        if (!done.ok) {
          printError(done.refusal.message);
          return EXIT.no;
        }
        print(`${d.id} is abandoned. Its open blockers pass to the next deployment of ${d.started.component} here.`);
        const left = await engine.cleanUpAfter(d.id);
        if (left !== undefined)
          print(
            `What it has left in the cluster could not all be taken away (${left}); the next call on that cluster tries again.`,
          );
        return EXIT.done;
      }),
    );
}
