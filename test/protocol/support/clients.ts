import { Client as NewClient } from '@modelcontextprotocol/client';
import { StdioClientTransport as NewStdio } from '@modelcontextprotocol/client/stdio';
import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as OldStdio } from '@modelcontextprotocol/sdk/client/stdio.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import type { ServerCommand } from './servers.ts';

/** What a test needs of a client, whichever SDK it is from. */
export type TestClient = {
  listTools(): Promise<{ tools: { name: string; _meta?: Record<string, unknown> | undefined }[] }>;
  listPrompts(): Promise<{ prompts: { name: string; arguments?: unknown[] | undefined }[] }>;
  call(name: string, args?: Record<string, unknown>): Promise<CallResult>;
  getPrompt(name: string, args?: Record<string, string>): Promise<string>;
  instructions(): string | undefined;
  close(): Promise<void>;
};

export type CallResult = { isError: boolean; text: string; structured: Record<string, unknown> | undefined };

/** How the person (or whatever plays one) answers a form. Undefined: the client can't show forms. */
export type Form = ((message: string) => FormAnswer) | undefined;
export type FormAnswer = {
  action: 'accept' | 'decline' | 'cancel';
  content?: Record<string, string | number | boolean | string[]>;
};

type Connect = (server: ServerCommand, form?: Form) => Promise<TestClient>;

const INFO = { name: 'test', version: '1.0.0' };
const capabilitiesFor = (form: Form) => (form === undefined ? {} : { elicitation: { form: {} } });

async function connectNew(mode: 'legacy' | { pin: string }, server: ServerCommand, form: Form): Promise<TestClient> {
  const client = new NewClient(INFO, { capabilities: capabilitiesFor(form), versionNegotiation: { mode } });
  if (form !== undefined) {
    client.setRequestHandler('elicitation/create', async (request) => form(String(request.params.message)));
  }
  await client.connect(new NewStdio({ ...server, stderr: 'ignore' }));
  return {
    listTools: () => client.listTools(),
    listPrompts: () => client.listPrompts(),
    call: async (name, args = {}) => shown(await client.callTool({ name, arguments: args })),
    getPrompt: async (name, args = {}) => promptText((await client.getPrompt({ name, arguments: args })).messages),
    instructions: () => client.getInstructions(),
    close: () => client.close(),
  };
}

async function connectOld(server: ServerCommand, form: Form): Promise<TestClient> {
  const client = new OldClient(INFO, { capabilities: capabilitiesFor(form) });
  if (form !== undefined) {
    client.setRequestHandler(ElicitRequestSchema, async (request) => form(request.params.message));
  }
  await client.connect(new OldStdio({ ...server, stderr: 'ignore' }));
  return {
    listTools: () => client.listTools(),
    listPrompts: () => client.listPrompts(),
    call: async (name, args = {}) => shown(await client.callTool({ name, arguments: args })),
    getPrompt: async (name, args = {}) => promptText((await client.getPrompt({ name, arguments: args })).messages),
    instructions: () => client.getInstructions(),
    close: () => client.close(),
  };
}

/** The new client in both eras, and the old one: what people's clients are built on. */
export const CLIENTS: readonly { name: string; connect: Connect }[] = [
  { name: '2.x client, 2026-07-28', connect: (server, form) => connectNew({ pin: '2026-07-28' }, server, form) },
  { name: '2.x client, 2025-11-25', connect: (server, form) => connectNew('legacy', server, form) },
  { name: '1.x client', connect: connectOld },
];

function shown(result: object): CallResult {
  const { isError, content, structuredContent } = Object.assign(
    { isError: undefined, content: undefined, structuredContent: undefined },
    result,
  );
  const parts: unknown[] = Array.isArray(content) ? content : [];
  return {
    isError: isError === true,
    text: parts.map((part) => String(Object(part).text ?? '')).join('\n'),
    structured: structuredContent === undefined ? undefined : { ...Object(structuredContent) },
  };
}

const promptText = (messages: readonly { content: unknown }[]): string =>
  messages.map(({ content }) => String(Object(content).text ?? '')).join('\n');
