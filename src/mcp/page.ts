import { setTimeout as sleep } from 'node:timers/promises';
import {
  type InputRequiredResult,
  inputRequired,
  inputResponse,
  type ServerContext,
} from '@modelcontextprotocol/server';
import type { Engine, Performed } from '../engine/index.ts';
import { visible } from '../workflow/visible.ts';
import { agentOf, type ClientView } from './client.ts';
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
  client: ClientView,
  ctx: ServerContext,
): Promise<Performed> {
  const view = inputResponse(ctx.mcpReq.inputResponses, KEY);
  const opened = view.kind === 'elicit' && view.action === 'accept';
  const until = Date.now() + (opened ? WAIT_MS : 0);
  for (;;) {
    const decided = await decidedNow(engine, deployment, digest);
    if (decided !== undefined) return decided;
    if (Date.now() >= until || ctx.mcpReq.signal.aborted) break;
    await sleep(LOOK_MS, undefined, { signal: ctx.mcpReq.signal }).catch(() => undefined);
  }
  const now = await engine.perform({
    tool: 'request-approval',
    input: { deployment },
    actor: agentOf(client),
  });
  return now.question === undefined ? now : withPage(now, page);
}

const STATUS = { approve: 'approved', revise: 'revise', reject: 'rejected' } as const;

/** What was decided about this plan; after a revision or a rejection the gate is open again, and asking would be refused. */
async function decidedNow(engine: Engine, deployment: string, digest: string): Promise<Performed | undefined> {
  const loaded = await engine.read(deployment);
  const decision = loaded.ok ? loaded.deployment.decisions.findLast((d) => d.digest === digest) : undefined;
  if (!loaded.ok || decision === undefined) return undefined;
  const assurance = decision.by.kind === 'person' ? decision.by.assurance : 'none';
  const [status, { remark }] = [STATUS[decision.choice], decision];
  const words = `A person decided ${decision.at}: ${status} (${assurance})${remark === undefined ? '' : `: ${remark}`}.`;
  const value = { status, assurance, digest, summary: words };
  const { answer } = await import('../engine/answer.ts');
  return answer(value, words, loaded.deployment, engine.now());
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
