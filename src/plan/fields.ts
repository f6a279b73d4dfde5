import type { z } from 'zod';
import type { frame, phase } from './schema.ts';

/**
 * What may be written in each field of a plan, in a few words: the tool's description for agents and the reference page
 * are made of it. The types hold it to the schema: a field without words, or words without a field, doesn't compile.
 */
export const PLAN_FIELDS: Readonly<Record<keyof z.input<typeof frame>, string>> = {
  component: 'what is deployed',
  target: 'the namespace',
  validation: '{static, health, functional: commands, or "none: why"}',
  risks: '[{risk, mitigation}]',
  rollback_strategy: 'a sentence',
  estimated_minutes: 'a number, optional',
  files: 'files and folders that the validation commands need beside those they name, optional',
  secrets:
    '[{name, keys[], from: existing | env: VAR | file: PATH | generate: LENGTH | external}], never a value; optional',
};

export const PHASE_FIELDS: Readonly<Record<keyof z.input<typeof phase>, string>> = {
  number: 'counted for you',
  name: 'what it brings',
  resources:
    'files ("web.yaml", "web.yaml:10-24"), folders, inline YAML, apiVersion/Kind/name, {chart, release, version, values}',
  delivery: 'apply (default) | helm | gitops | external',
  commands: 'run by apply-phase, optional',
  validation_commands:
    'look-only commands that fail when it is not so; {command, must_fail_before: true} for one of them',
  must_fail_before: 'true: each is run before the phase is applied, too, and has to fail then; optional',
  success_criteria: '"Kind/name: 3/3 replicas ready", "cel: …"',
  rollback: 'undo | "keep Kind/name: why" | a command',
  timeout: '"5m" (default)',
  settle: 'how long all of it has to go on holding, "30s"; optional',
  commit: 'before | after | none (default)',
  irreversible: 'what can not be undone, optional',
  take_over: '[{object, managers[], fields[]}], optional',
  files: 'files and folders ("scripts/") that its commands need beside those they name, optional',
};

const told = (fields: Readonly<Record<string, string>>): string =>
  Object.entries(fields)
    .map(([name, words]) => `${name}: ${words}`)
    .join('; ');

/** The whole form in one paragraph, for a schema's description. */
export const planForm = (): string => {
  const { number: _, ...phase } = PHASE_FIELDS;
  return `YAML or an object. ${told(PLAN_FIELDS)}. phase_1, phase_2 …: {${told(phase)}}`;
};
