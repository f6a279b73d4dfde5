import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  type McpServer,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { z } from 'zod';
import { type Actor, type User, user } from '../workflow/actor.ts';
import { defined } from '../workflow/defined.ts';

/** The extension for long work (SEP-2663); its methods are of revision 2026-07-28, so older connections have none. */
export const TASKS_EXTENSION = 'io.modelcontextprotocol/tasks';

/** What matters of the client behind a call, in either protocol era. */
export type ClientView = {
  /** Name and version as the client gives them; not proof of anything. */
  readonly name: string;
  readonly canShowForms: boolean;
  /** It offers a person to open a page (elicitation in URL mode). */
  readonly canOpenPages: boolean;
  readonly hasRoots: boolean;
  /** It takes a task for an answer (io.modelcontextprotocol/tasks). */
  readonly hasTasks: boolean;
  /** For whom it works: on a shared server whoever its token names. */
  readonly user?: User;
};

const INFO = z.object({ name: z.string(), version: z.string().optional() });
const CAPABILITIES = z.object({
  elicitation: z.looseObject({ form: z.unknown().optional(), url: z.unknown().optional() }).optional(),
  roots: z.unknown().optional(),
  extensions: z.record(z.string(), z.unknown()).optional(),
});

/**
 * 2026-07-28: every request carries the client's name and capabilities. Before: `initialize` did, once a connection.
 * A bare `elicitation: {}` means forms (the meaning it had before modes).
 */
export function clientOf(server: McpServer, ctx: ServerContext): ClientView {
  const envelope: Record<string, unknown> | undefined = ctx.mcpReq.envelope;
  const info = INFO.safeParse(envelope?.[CLIENT_INFO_META_KEY] ?? server.server.getClientVersion());
  const can = CAPABILITIES.safeParse(envelope?.[CLIENT_CAPABILITIES_META_KEY] ?? server.server.getClientCapabilities());
  const elicitation = can.data?.elicitation;
  return {
    name: info.success ? nameOf(info.data) : nameByRequest(ctx.http?.req),
    canShowForms: elicitation !== undefined && (elicitation.form !== undefined || elicitation.url === undefined),
    canOpenPages: elicitation?.url !== undefined,
    hasRoots: can.data?.roots !== undefined,
    hasTasks: envelope !== undefined && can.data?.extensions?.[TASKS_EXTENSION] !== undefined,
    ...defined<Pick<ClientView, 'user'>>({ user: userOf(ctx) }),
  };
}

/** Whoever the token of this request names, which was verified before (access.ts); undefined without tokens. */
export function userOf(ctx: ServerContext): User | undefined {
  const { authInfo } = ctx.http ?? {};
  return authInfo === undefined ? undefined : user.parse(authInfo.extra?.user);
}

/** Who calls, as the record names it. */
export const agentOf = ({ name, user }: ClientView): Agent => defined<Agent>({ kind: 'agent', client: name, user });

type Agent = Extract<Actor, { kind: 'agent' }>;

/** Tells callers apart: two people with one client are two. */
export const callerKey = ({ name, user }: ClientView): string =>
  user === undefined ? name : JSON.stringify([user.issuer, user.subject, name]);

/** Who introduces itself by nothing in the protocol (stateless HTTP) is named by its program, as HTTP has it. */
export function nameByRequest(request: Request | undefined): string {
  const agent = request?.headers.get('user-agent')?.trim() ?? '';
  return agent === '' ? 'unknown client' : nameOf({ name: agent });
}

/** It goes into every event of the record: one line, not a page. */
const nameOf = ({ name, version = '' }: z.infer<typeof INFO>): string =>
  `${name} ${version}`.replace(/\s+/g, ' ').trim().slice(0, 100) || 'unnamed client';
