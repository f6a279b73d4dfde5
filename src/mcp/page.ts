import { setTimeout as sleep } from 'node:timers/promises';
import {
  type InputRequiredResult,
  inputRequired,
  inputResponse,
  type ServerContext,
} from '@modelcontextprotocol/server';
import type { Engine, Performed } from '../engine/index.ts';
import { visible } from '../workflow/visible.ts';
import type { Seal, Sealed } from './seal.ts';

/**
 * A person's decision on a page of the console (elicitation in URL mode). That a client accepts only says that the page
 * may be opened: what counts is what the record says then.
 */
const KEY = 'page';

/** After the page was opened, the call waits this long for the person; then it answers that nobody has decided yet. */
const WAIT_MS = 45_000;
const LOOK_MS = 500;

export async function offer(
  question: NonNullable<Performed['question']>,
  page: string,
  tool: string,
  seal: Seal,
  ctx: ServerContext,
): Promise<InputRequiredResult> {
  const { deployment, digest, review, prefix, title } = question;
  return inputRequired({
    inputRequests: {
      [KEY]: inputRequired.elicitUrl({
        message: visible(
          `${title} An approver reads the review and decides with a passkey on this page. The plan's digest begins with ${prefix}. This is for a person, not for the agent.`,
        ),
        url: page,
      }),
    },
    requestState: await seal.close({ tool, deployment, digest, review, link: page }, ctx),
  });
}

/** The call again, after the client was asked to open the page: what the record says, at the latest after WAIT_MS. */
export async function awaited(
  { deployment, digest }: Sealed,
  page: string,
  engine: Engine,
  client: string,
  ctx: ServerContext,
): Promise<Performed> {
  const view = inputResponse(ctx.mcpReq.inputResponses, KEY);
  const opened = view.kind === 'elicit' && view.action === 'accept';
  const until = Date.now() + (opened ? WAIT_MS : 0);
  while (Date.now() < until && !(await isDecided(engine, deployment, digest))) {
    await sleep(LOOK_MS, undefined, { signal: ctx.mcpReq.signal }).catch(() => undefined);
    if (ctx.mcpReq.signal.aborted) break;
  }
  const now = await engine.perform({
    tool: 'request-approval',
    input: { deployment },
    actor: { kind: 'agent', client },
  });
  return now.question === undefined ? now : withPage(now, page);
}

async function isDecided(engine: Engine, deployment: string, digest: string): Promise<boolean> {
  const loaded = await engine.read(deployment);
  return !loaded.ok || loaded.deployment.decisions.some((d) => d.digest === digest);
}

/** An answer that nobody has decided yet, with where an approver can. */
export function withPage(pending: Performed, page: string): Performed {
  const { how } = pending.structured;
  const open = { person: 'an approver', action: `open ${page}` };
  return {
    ...pending,
    text: `${pending.text}\nAn approver decides with a passkey at ${page}`,
    structured: { ...pending.structured, how: [open, ...(Array.isArray(how) ? how : [])] },
  };
}
