import { completable, type McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { PROMPTS, type Prompt, type PromptArgument, prompt } from '../prompts/index.ts';
import { visibleLines } from '../workflow/visible.ts';
import type { Channel } from './channel.ts';
import { known, openNow } from './known.ts';

export function registerPrompts(server: McpServer, channel: Channel): void {
  for (const definition of PROMPTS) {
    const { name, title, description } = definition;
    server.registerPrompt(
      name,
      { title, description, argsSchema: argumentsOf(definition, channel) },
      async (given) => ({
        description,
        messages: [{ role: 'user', content: { type: 'text', text: visibleLines(await prompt(name, given)) } }],
      }),
    );
  }
}

const argumentsOf = (definition: Prompt, channel: Channel) =>
  z.object(Object.fromEntries(definition.arguments.map((argument) => [argument.name, schemaOf(argument, channel)])));

function schemaOf({ description, completes }: PromptArgument, channel: Channel): z.ZodOptional<z.ZodString> {
  const text = z.string();
  const completed = completes === undefined ? text : completable(text, (value) => COMPLETE[completes](channel, value));
  return completed.optional().describe(description);
}

type Complete = (channel: Channel, typed: string) => Promise<string[]> | string[];

const COMPLETE: Record<NonNullable<PromptArgument['completes']>, Complete> = {
  component: async (channel, typed) => beginning(typed, [...new Set((await known(channel)).map((d) => d.component))]),
  deployment: async (channel, typed) =>
    beginning(
      typed,
      (await known(channel)).map((d) => d.id),
    ),
  complexity: (_channel, typed) => beginning(typed, ['simple', 'medium', 'complex']),
  phase: async (channel, typed) => {
    const open = await openNow(channel);
    const most = Math.max(0, ...open.map((d) => d.plans.at(-1)?.phases.length ?? 0));
    return beginning(
      typed,
      Array.from({ length: most }, (_, index) => String(index + 1)),
    );
  },
};

export const beginning = (typed: string, values: readonly string[]): string[] =>
  values.filter((value) => value.toLowerCase().startsWith(typed.toLowerCase()));
