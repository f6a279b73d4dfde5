import { Command } from 'commander';
import { print, printError } from '../print/index.ts';
import { EXIT } from './exit.ts';
import { identify, theDeployment, withEngine } from './person.ts';

type Options = { check: string; subject?: string; because: string; days: string };

/** infragate waive: one check, with a reason and an end; shown at every approval. */
export function waiveCommand(): Command {
  return new Command('waive')
    .description('a person sets one check aside, with a reason and an end')
    .argument('[deployment]', 'its id; may be left out when one is open')
    .requiredOption('--check <name>', 'the check, as deployment-status names it')
    .option('--subject <subject>', 'only for this subject')
    .requiredOption('--because <reason>', 'why; it is shown to whoever approves')
    .option('--days <n>', 'for how long, 1 to 30', '7')
    .action((id: string | undefined, options: Options) =>
      withEngine(async (engine) => {
        const days = Number(options.days);
        if (!Number.isInteger(days) || days < 1 || days > 30) {
          printError('--days: a whole number from 1 to 30');
          return EXIT.wrongUse;
        }
        const d = await theDeployment(engine, id);
        if (typeof d === 'number') return d;
        const who = await identify(engine, d);
        if (!who.ok) return who.exit;
        const done = await engine.waive({
          deployment: d.id,
          check: options.check,
          because: options.because,
          for: { days },
          actor: who.actor,
          signer: who.signer,
          ...(options.subject === undefined ? {} : { subject: options.subject }),
        });
        if (done.ok) print(`Waived ${options.check} for ${days} day(s): ${options.because}`);
        else printError(done.refusal.message);
        return done.ok ? EXIT.done : EXIT.no;
      }),
    );
}
