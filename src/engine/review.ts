import { parsedJson } from '../bounded/index.ts';
import { type Review, shownAgain } from '../review/index.ts';
import { type Refusal, refuse } from '../workflow/index.ts';
import { runFor, settled } from './conclude.ts';
import type { EngineContext } from './context.ts';
import { findEvidence } from './evidence.ts';
import { load } from './record.ts';
import { newRunId } from './run-id.ts';

/** What a decision names of what was shown. */
type Shown = { readonly deployment: string; readonly digest: string; readonly review: string };

/**
 * Right before a decision is recorded, what the person was shown is made again by the tool that shows it. Another plan,
 * another dry run, newer evidence against it: nothing is decided, and it is shown again.
 */
export async function reviewChanged(engine: EngineContext, shown: Shown): Promise<Refusal | undefined> {
  const then = await reviewAt(engine, shown.review);
  if (then === undefined)
    return refuse(
      'PLAN_DRIFT',
      'What was shown is not on record here; look at the present review and decide about that.',
    );
  const now = await look(engine, shown.deployment);
  if ('code' in now) return now;
  const why = shownAgain(then, now.review, now.fresh);
  if (why.length === 0) return undefined;
  // What the cluster fills in differently each time (a random name, a certificate) is no change: a second look tells.
  const second = now.fresh ? await look(engine, shown.deployment) : now;
  if ('code' in second) return second;
  const still = shownAgain(then, now.review, now.fresh, second.review);
  if (still.length === 0) return undefined;
  return refuse(
    'PLAN_DRIFT',
    `The review has changed since it was shown: ${still.slice(0, 5).join('; ')}. Nothing was decided; look at it again.`,
  );
}

async function look(engine: EngineContext, deployment: string): Promise<{ review: Review; fresh: boolean } | Refusal> {
  const tool = engine.tools.find((t) => t.name === 'request-approval');
  const loaded = await load(engine, deployment);
  if (!loaded.ok) return loaded.refusal;
  if (tool === undefined)
    return refuse('BAD_INPUT', 'request-approval: there is no such tool here, so nothing can be shown.');
  const call = { tool: tool.name, input: {}, actor: { kind: 'server' } } as const;
  const quiet = new AbortController().signal;
  const run = runFor(engine, call, tool, loaded.deployment, quiet, () => {}, newRunId());
  const outcome = await settled(tool, { deployment, ask_again: true }, run).finally(() => run.end());
  if (outcome.kind === 'refusal') return outcome.refusal;
  const asked = outcome.kind === 'question' ? outcome.question : undefined;
  const review = asked === undefined ? undefined : await reviewAt(engine, asked.review);
  return review === undefined || asked === undefined
    ? refuse('PLAN_INVALID', 'There is nothing to decide about.')
    : { review, fresh: asked.fresh };
}

/** Written by request-approval under its own digest, so it is what was written. */
async function reviewAt(engine: EngineContext, digest: string): Promise<Review | undefined> {
  const found = await findEvidence(engine.ledger, digest);
  return found.kind === 'found' ? ((await parsedJson(found.text)) as Review) : undefined;
}
