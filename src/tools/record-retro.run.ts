import type { ToolRun } from '../engine/tool.ts';
import { retrospective } from '../report/index.ts';
import { type Fact, refuse } from '../workflow/index.ts';
import type { Input, Output } from './record-retro.ts';

/** What the record shows, then what the agent says; learnings are kept for whoever deploys next. */
export const run: ToolRun<'record-retro', Input, Output> = async (input, run) => {
  const d = await run.current();
  const narrative = [input.went_well, input.diverged, input.unexpected, input.helped, input.missing, input.learnings];
  if (narrative.every((part) => part === undefined || part.length === 0)) {
    return {
      kind: 'refusal',
      refusal: refuse(
        'BAD_INPUT',
        'went_well, diverged, unexpected, helped, missing, learnings: all are empty. The figures come from the record; say what they mean, and at least one learning.',
      ),
    };
  }
  const markdown = retrospective(d, await run.events(), input);
  const body = await run.put(markdown, 'text/markdown');
  const known = new Set(d.written.filter((w) => w.what === 'learning').map((w) => w.title?.toLowerCase()));
  const learnings = (input.learnings ?? []).filter((l) => !known.has(l.title.toLowerCase()));
  const facts: Fact[] = [
    { type: 'written', what: 'retro', text: `retrospective of ${d.id}`, body },
    ...learnings.map(
      (l): Fact => ({
        type: 'written',
        what: 'learning',
        text: `${l.title}: ${l.situation} → ${l.advice}`,
        title: l.title,
        situation: l.situation,
        advice: l.advice,
        tags: l.tags ?? [],
      }),
    ),
  ];
  const refusal = await run.record(...facts);
  if (refusal !== undefined) return { kind: 'refusal', refusal };
  return {
    kind: 'answer',
    value: {
      retrospective: markdown,
      learnings_kept: learnings.length,
      already_known: (input.learnings ?? []).length - learnings.length,
      resource: `infragate://evidence/${body}`,
    },
  };
};
