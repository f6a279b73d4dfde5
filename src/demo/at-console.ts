import { setTimeout as sleep } from 'node:timers/promises';
import { beginEnrolment, ENROL_MINUTES, enrolmentFor, readApprovers } from '../approvers/index.ts';
import { startConsole } from '../console/index.ts';
import { createEngine, type Engine } from '../engine/index.ts';
import { TOOLS } from '../tools/index.ts';
import { type Person, StoryBroken } from './agent.ts';
import * as print from './print.ts';
import type { Undo } from './stage.ts';

/** Who sits at the screen: enrols a passkey before the story begins, and decides in the browser instead of by form. */

const LOOK_MS = 500;
/** A person reads the whole review; nobody waits longer than this for one who went away. */
export const DECISION_MS = 30 * 60_000;

export async function personAtConsole(home: string, workspace: string, undo: Undo): Promise<Person> {
  const engine = createEngine({ home, workspace, tools: TOOLS });
  undo.push(() => engine.close());
  const { origin, close } = await startConsole({ engine });
  undo.push(close);
  const keys = (await readApprovers(home)).filter((key) => key.removed_at === undefined);
  if (keys.length === 0) await enrolled(home, origin);
  return decidesOn(engine, origin);
}

/** A passkey counts for deployments that begin after it was enrolled. */
async function enrolled(home: string, origin: string): Promise<void> {
  const token = await beginEnrolment(home, 'you', [], new Date());
  print.say(`\nYou decide in this story. Enrol a passkey first: ${origin}/enrol/${token}`);
  print.say(`(The link is valid once, for ${ENROL_MINUTES} minutes; the demo goes on when the passkey is enrolled.)`);
  while ((await enrolmentFor(home, token, new Date())) !== undefined) await sleep(LOOK_MS);
  if ((await readApprovers(home)).length === 0) throw new StoryBroken('no passkey was enrolled: start the demo again');
}

/** Leaves the form unanswered and waits for what is decided on the page. */
export function decidesOn(engine: Engine, origin: string): Person {
  return async () => {
    const { deployments } = await engine.open();
    const waiting = deployments.findLast((d) => d.plans.length > 0);
    const digest = waiting?.plans.at(-1)?.digest;
    if (waiting === undefined || digest === undefined) throw new StoryBroken('no plan waits for a decision');
    print.say(`\nRead the review and decide: ${origin}/d/${encodeURIComponent(waiting.id)}/review`);
    const until = Date.now() + DECISION_MS;
    while (Date.now() < until) {
      const read = await engine.read(waiting.id);
      const decision = read.ok ? read.deployment.decisions.findLast((d) => d.digest === digest) : undefined;
      if (decision?.choice === 'approve') return { action: 'decline' };
      if (decision !== undefined)
        throw new StoryBroken(`you decided: ${decision.choice}. The story goes on with an approval only.`);
      await sleep(LOOK_MS);
    }
    throw new StoryBroken('nobody decided within half an hour');
  };
}
