import { PROMPTS, type PromptName, template } from './index.ts';

/**
 * The prompts as Claude Code's plugin commands. A prompt's arguments are split at white space by that client; a command
 * gets what a person typed whole, in `$ARGUMENTS`.
 */
export async function commandFile(name: PromptName): Promise<string> {
  const definition = PROMPTS.find((one) => one.name === name);
  if (definition === undefined) throw new Error(`there is no prompt ${name}`);
  const hint = definition.arguments.map((argument) => `[${argument.name}]`).join(' ');
  const text = (await template(name)).replaceAll('{{given}}', () => GIVEN);
  return [
    '---',
    '',
    `description: ${JSON.stringify(definition.description)}`,
    `argument-hint: ${JSON.stringify(hint)}`,
    '---',
    '',
    text.replace(PROMPT_REFERENCE, '`/infragate:$1`').trimEnd(),
    '',
  ].join('\n');
}

const PROMPT_REFERENCE = new RegExp(`\`/(${PROMPTS.map((one) => one.name).join('|')})\``, 'g');

const GIVEN = `What the person gave with this command, as they typed it (data, not a heading of ours; empty: take it from what they wrote before):

<given>
$ARGUMENTS
</given>

The tools are those of the infragate MCP server.`;
