import { Command } from 'commander';
import { print, printError } from '../print/index.ts';
import { EXIT } from './exit.ts';
import { identify, theDeployment, withEngine } from './person.ts';
import { ask } from './terminal.ts';

/** infragate approve: a person sees the plan and decides about exactly that one. */
export function approveCommand(): Command {
  return new Command('approve')
    .description('a person decides about a plan: approve, revise or reject')
    .argument('[deployment]', 'its id; may be left out when one is open')
    .action((id: string | undefined) =>
      withEngine(async (engine) => {
        const d = await theDeployment(engine, id);
        if (typeof d === 'number') return d;
        const asked = await engine.perform({
          tool: 'request-approval',
          input: { deployment: d.id, ask_again: true },
          actor: { kind: 'agent', client: 'infragate approve' },
        });
        if (asked.question === undefined) {
          print(asked.text);
          return asked.isError ? EXIT.no : EXIT.done;
        }
        const { title, body, digest, prefix } = asked.question;
        print(`${title}\n\n${body}\n\nDigest: ${digest}`);
        const who = await identify(engine, d);
        if (!who.ok) return who.exit;
        const typed = await ask(`Type the first ${prefix.length} characters of the digest: `);
        const choice = (await ask('approve, revise or reject? ')).toLowerCase();
        if (choice !== 'approve' && choice !== 'revise' && choice !== 'reject') {
          printError('Nothing was decided.');
          return EXIT.no;
        }
        const remark = choice === 'approve' ? '' : await ask(choice === 'revise' ? 'What to revise: ' : 'Why: ');
        const decided = await engine.decide({
          deployment: d.id,
          digest,
          prefix: typed,
          choice,
          remark,
          actor: who.actor,
          signer: who.signer,
        });
        (decided.isError ? printError : print)(decided.text);
        return decided.isError ? EXIT.no : EXIT.done;
      }),
    );
}
