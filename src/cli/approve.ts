import { Command } from 'commander';
import type { Engine } from '../engine/index.ts';
import { print, printError } from '../print/index.ts';
import type { Deployment } from '../workflow/index.ts';
import { approveClass, type ClassOptions } from './change-class.ts';
import { EXIT } from './exit.ts';
import { page } from './pager.ts';
import { type Identified, identify, theDeployment, withEngine } from './person.ts';
import { PARTS, partOf } from './review.ts';
import { ask } from './terminal.ts';

/** infragate approve: a person sees the review of a plan and decides about exactly that. */
export function approveCommand(): Command {
  return new Command('approve')
    .description('a person decides about a plan: approve, revise or reject')
    .argument('[deployment]', 'its id; may be left out when one is open')
    .option('--class', 'approve changes of a completed deployment before they are known')
    .option('--image <Kind/name>', 'of a class: another tag or digest of the images it uses', several, [])
    .option('--replicas <Kind/name=LEAST-MOST>', 'of a class: that many replicas', several, [])
    .option('--value <ConfigMap/name=KEY>', 'of a class: another value of this key', several, [])
    .option('--days <n>', 'of a class: for how long, 1 to 90', '30')
    .option('--end <id>', 'of a class: it ends now')
    .action((id: string | undefined, options: ClassOptions & { class?: true }) =>
      withEngine(async (engine) => {
        if (options.class === true) return approveClass(engine, id, options);
        const d = await theDeployment(engine, id);
        if (typeof d === 'number') return d;
        let who: Identified | undefined;
        // What has changed between showing and deciding is shown again; a cluster that never rests is left alone.
        for (let attempt = 0; attempt < MOST_SHOWN; attempt += 1) {
          const question = await shown(engine, d);
          if (typeof question === 'number') return question;
          who ??= await identify(engine, d);
          if (!who.ok) return who.exit;
          const decided = await decision(engine, d, question, who);
          if (typeof decided === 'number') return decided;
          printError(`${decided}\n`);
        }
        return EXIT.no;
      }),
    );
}

const several = (text: string, before: readonly string[]): readonly string[] => [...before, text];

const MOST_SHOWN = 3;

type Question = NonNullable<Awaited<ReturnType<Engine['perform']>>['question']>;

async function shown(engine: Engine, d: Deployment): Promise<Question | number> {
  const asked = await engine.perform({
    tool: 'request-approval',
    input: { deployment: d.id, ask_again: true },
    actor: { kind: 'agent', client: 'infragate approve' },
  });
  if (asked.question === undefined) {
    print(asked.text);
    return asked.isError ? EXIT.no : EXIT.done;
  }
  const { title, body, digest, review } = asked.question;
  print(`${title}\n\n${body}\n`);
  print(`Digest: ${digest}\nReview: ${review}\nAll of it: infragate show plan|diff|manifests ${d.id}\n`);
  return asked.question;
}

/** An exit code; or why nothing was decided and it is to be shown again. */
async function decision(
  engine: Engine,
  d: Deployment,
  { digest, prefix, review }: Question,
  who: Extract<Identified, { ok: true }>,
): Promise<number | string> {
  const typed = await ask(`Type the first ${prefix.length} characters of the digest: `);
  const choice = await chosen(engine, review);
  if (choice === undefined) {
    printError('Nothing was decided.');
    return EXIT.no;
  }
  const remark = choice === 'approve' ? '' : await ask(choice === 'revise' ? 'What to revise: ' : 'Why: ');
  const { actor, signer } = who;
  const decided = await engine.decide({
    deployment: d.id,
    digest,
    review,
    prefix: typed,
    choice,
    remark,
    actor,
    signer,
  });
  if (decided.isError && Object(decided.structured.refusal).code === 'PLAN_DRIFT') return decided.text;
  (decided.isError ? printError : print)(decided.text);
  return decided.isError ? EXIT.no : EXIT.done;
}

/** `plan`, `diff` and `manifests` page through what is decided about, and ask again. */
async function chosen(engine: Engine, review: string): Promise<'approve' | 'revise' | 'reject' | undefined> {
  for (;;) {
    const word = (await ask('approve, revise or reject (plan, diff, manifests: see all of it)? ')).toLowerCase();
    if (word === 'approve' || word === 'revise' || word === 'reject') return word;
    const part = PARTS.find((p) => p === word);
    if (part === undefined) return undefined;
    page((await partOf(engine, review, part)) ?? []);
  }
}
