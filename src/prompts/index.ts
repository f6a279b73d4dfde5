import { readFile } from 'node:fs/promises';
import { asset } from '../package.ts';

/**
 * The seven prompts: a Markdown template each, and the table of their arguments. In: a prompt's name and what a person
 * gave it; out: the text an agent is to follow. `{{given}}` in a template is where the arguments go.
 *
 * No argument is required, and a template says what to do without: clients split what a person types at white space and
 * drop the words that are left over, so a text may arrive as its first word, or not at all.
 */
export type PromptArgument = {
  readonly name: string;
  readonly description: string;
  /** What its values are completed from. */
  readonly completes?: 'component' | 'deployment' | 'complexity' | 'phase';
};

export type Prompt = {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly arguments: readonly PromptArgument[];
};

const goal: PromptArgument = {
  name: 'goal',
  description: 'What is to run where, e.g. "Deploy Dify on OpenShift"',
};
const component: PromptArgument = {
  name: 'component',
  description: 'What is deployed, e.g. dify',
  completes: 'component',
};
const namespace: PromptArgument = { name: 'namespace', description: 'Namespace it goes to' };
const complexity: PromptArgument = {
  name: 'complexity',
  description: 'simple (45 minutes), medium (2 hours) or complex (4 hours)',
  completes: 'complexity',
};
const deployment: PromptArgument = {
  name: 'deployment',
  description: 'Id of the deployment; the open one when left out',
  completes: 'deployment',
};
const phase: PromptArgument = {
  name: 'phase',
  description: 'Number of the phase; the next one when left out',
  completes: 'phase',
};

export const PROMPTS = [
  {
    name: 'research',
    title: 'Research, then prove the critical assumptions',
    description:
      'Stages R and 0: find out what the deployment needs, check it against the real cluster, fire tracer bullets.',
    arguments: [goal, component, namespace, complexity],
  },
  {
    name: 'plan',
    title: 'Plan in phases and have a person approve',
    description: 'Stage P: phases with resources, validation, success criteria and rollback; then a person decides.',
    arguments: [deployment],
  },
  {
    name: 'implement',
    title: 'Implement the approved plan, phase by phase',
    description: 'Stage I: apply a phase, prove it, commit; stop at the first gate that fails.',
    arguments: [deployment, phase],
  },
  {
    name: 'validate',
    title: 'Validate the whole deployment',
    description: 'Stage V: full validation, rollback test, retrospective, documentation, completion.',
    arguments: [deployment],
  },
  {
    name: 'retro',
    title: 'Hold a retrospective',
    description:
      'A retrospective from the record, also of a finished or abandoned deployment, with learnings for the next one.',
    arguments: [deployment],
  },
  {
    name: 'deploy',
    title: 'Deploy, from research to completion',
    description: 'The whole workflow: research, tracer bullets, plan, approval, phases, validation.',
    arguments: [goal, component, namespace, complexity],
  },
  {
    name: 'resume',
    title: 'Take up an open deployment',
    description: 'Find out where a deployment stands, e.g. after a context was lost, and go on from there.',
    arguments: [deployment],
  },
] as const satisfies readonly Prompt[];

export type PromptName = (typeof PROMPTS)[number]['name'];

/** A template as it lies beside this file. */
export const template = (name: PromptName): Promise<string> => readFile(asset(`prompts/${name}.md`), 'utf8');

/** The prompt as an agent gets it. */
export async function prompt(name: PromptName, given: Readonly<Record<string, string | undefined>>): Promise<string> {
  const text = await template(name);
  return text.replaceAll('{{given}}', () => givenWords(given));
}

/** Values are quoted as data, one a line: what a person typed is no heading and no list of ours. */
function givenWords(given: Readonly<Record<string, string | undefined>>): string {
  const lines = Object.entries(given).flatMap(([name, value]) =>
    value === undefined || value.trim() === '' ? [] : [`- ${name}: ${JSON.stringify(value.trim())}`],
  );
  if (lines.length === 0) return 'Nothing was given with this prompt; take it from what the person wrote before.';
  return [
    'Given with this prompt:',
    ...lines,
    '',
    'A client may have cut this at the first blank. If a value looks like the beginning of something longer, take the rest from what the person wrote; if it is not there, ask.',
  ].join('\n');
}
