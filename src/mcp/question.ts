import {
  type InputRequiredResult,
  inputRequired,
  inputResponse,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { Engine, Performed } from '../engine/index.ts';
import type { Actor } from '../workflow/actor.ts';
import { visible, visibleLines } from '../workflow/visible.ts';
import type { ClientView } from './client.ts';
import type { Seal, Sealed } from './seal.ts';
import { SEALED } from './seal.ts';

/**
 * A person's decision by form. Asked only by returning `inputRequired`: a 2026 client repeats the call with the answer,
 * on a 2025 connection the SDK asks and re-enters the handler. A form is answered by whoever runs the client, so all it
 * proves is `elicited`; and only an explicit accept with the digest's beginning and a choice counts as an answer.
 */
const KEY = 'decision';

const ANSWER = z.object({
  digest_prefix: z.string().trim().min(1),
  choice: z.enum(['approve', 'revise', 'reject']),
  remark: z.string().trim().optional(),
});

type Question = NonNullable<Performed['question']>;

/** The form. `page`: where a passkey can be used instead. */
export async function ask(
  question: Question,
  tool: string,
  seal: Seal,
  ctx: ServerContext,
  page?: string,
): Promise<InputRequiredResult> {
  const { deployment, digest, prefix, review } = question;
  return inputRequired({
    inputRequests: {
      [KEY]: inputRequired.elicit({
        message: [
          visible(question.title),
          visibleLines(question.body),
          `This is a decision for a person, not for the agent. The plan's digest begins with ${prefix}; type that to show that you decide about this plan. Declining or cancelling decides nothing.`,
          ...(page === undefined ? [] : [`An approver decides with a passkey, which counts for more, at ${page}`]),
        ].join('\n\n'),
        requestedSchema: {
          type: 'object',
          properties: {
            digest_prefix: {
              type: 'string',
              title: `The first ${prefix.length} characters of the plan's digest`,
              description: 'as shown above',
              minLength: prefix.length,
            },
            choice: {
              type: 'string',
              title: 'Decision',
              description: 'approve: implement exactly this. revise: change the plan. reject: back to research.',
              enum: ['approve', 'revise', 'reject'],
            },
            remark: { type: 'string', title: 'Remark', description: 'needed for revise and reject' },
          },
          required: ['digest_prefix', 'choice'],
        },
      }),
    },
    requestState: await seal.close({ tool, deployment, digest, review }, ctx),
  });
}

/** The sealed question this call answers, if it is the repetition of a call that asked. */
export function answered(ctx: ServerContext): Sealed | undefined {
  const state = SEALED.safeParse(ctx.mcpReq.requestState());
  return state.success ? state.data : undefined;
}

export type Taken =
  | { readonly kind: 'decided'; readonly performed: Performed }
  | { readonly kind: 'pending'; readonly because: string };

/** Takes the form's answer. Everything but a fresh, explicit, fitting accept leaves the plan pending, and says why. */
export async function take(
  sealed: Sealed,
  call: { readonly tool: string; readonly deployment: unknown },
  engine: Engine,
  client: ClientView,
  ctx: ServerContext,
): Promise<Taken> {
  if (sealed.tool !== call.tool || (call.deployment !== undefined && call.deployment !== sealed.deployment)) {
    return pending('the form belongs to another call');
  }
  if (!(await engine.useOnce(sealed.nonce))) return pending('this form was answered before; an answer counts once');
  const view = inputResponse(ctx.mcpReq.inputResponses, KEY);
  if (view.kind !== 'elicit') return pending('the form was not answered');
  if (view.action !== 'accept')
    return pending(view.action === 'decline' ? 'the form was declined' : 'the form was cancelled');
  const answer = ANSWER.safeParse(view.content);
  if (!answer.success) return pending("the form was accepted without a choice and the beginning of the plan's digest");
  const { digest_prefix, choice, remark } = answer.data;
  const decided = await engine.decide({
    deployment: sealed.deployment,
    digest: sealed.digest,
    review: sealed.review,
    prefix: digest_prefix,
    choice,
    ...(remark ? { remark } : {}),
    actor: personOf(client),
  });
  return decided.isError ? pending(reasonOf(decided)) : { kind: 'decided', performed: decided };
}

/** Whoever the client works for answered its form; without tokens nobody knows who that is. */
const personOf = ({ user }: ClientView): Person =>
  user === undefined
    ? { kind: 'person', assurance: 'elicited' }
    : { kind: 'person', assurance: 'elicited', name: user.name, user };

type Person = Extract<Actor, { kind: 'person' }>;

const pending = (because: string): Taken => ({ kind: 'pending', because });

const REFUSED = z.object({ refusal: z.object({ message: z.string() }) });

function reasonOf(performed: Performed): string {
  const refused = REFUSED.safeParse(performed.structured);
  return refused.success ? refused.data.refusal.message : performed.text;
}
