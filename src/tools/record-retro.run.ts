import type { Run, ToolRun } from '../engine/tool.ts';
import { learningsOf, retrospective, titleKey } from '../report/index.ts';
import { type Deployment, type Fact, type Refusal, refuse } from '../workflow/index.ts';
import type { Input, Output } from './record-retro.ts';
import { type Said, together } from './said.ts';

/** Earlier runs of the component that a retrospective is held against. */
const COMPARED = 5;

/** What the record shows, then what the agent says; learnings are kept for whoever deploys next. */
export const run: ToolRun<'record-retro', Input, Output> = async (input, run) => {
  const d = await run.current();
  const wrong = nothingSaid(input) ?? (await unknownJudged(run, input, d));
  if (wrong !== undefined) return { kind: 'refusal', refusal: wrong };
  // One more than is compared: this deployment is among the latest of its component.
  const { deployments } = await run.others({ component: d.started.component }, COMPARED + 1);
  const earlier = deployments.filter((o) => o.id !== d.id && o.started.at < d.started.at);
  const said = together(await saidBefore(run, d), input);
  const markdown = retrospective(d, await run.events(), said, earlier.slice(-COMPARED));
  const body = await run.put(markdown, 'text/markdown');
  const known = alreadyKept(d);
  const keys = (input.learnings ?? []).map((l) => titleKey(l.title));
  const learnings = (input.learnings ?? []).filter((_, i) => {
    const key = keys[i] ?? '';
    return !known.has(key) && keys.indexOf(key) === i;
  });
  const facts: Fact[] = [
    {
      type: 'written',
      what: 'retro',
      text: `retrospective of ${d.id}`,
      body,
      said: await run.put(JSON.stringify(said)),
    },
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
    ...(input.judged ?? []).map(
      (j): Fact => ({
        type: 'written',
        what: 'judgement',
        text: j.because ?? (j.helped ? 'it helped' : 'it was wrong here'),
        about: j.learning,
        helped: j.helped,
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

/** What earlier calls said of this deployment: a later one adds to it. */
async function saidBefore(run: Run, d: Deployment): Promise<Said> {
  const digest = d.written.findLast((w) => w.what === 'retro' && w.said !== undefined)?.said;
  const text = digest === undefined ? undefined : await run.get(digest);
  return text === undefined ? {} : (JSON.parse(text) as Said);
}

function nothingSaid({ deployment: _, ...said }: Input): Refusal | undefined {
  return Object.values(said).some((part) => part !== undefined && part.length > 0)
    ? undefined
    : refuse(
        'BAD_INPUT',
        'went_well, diverged, unexpected, helped, missing, learnings: all are empty. The figures come from the record; say what they mean, and at least one learning.',
      );
}

/** A judgement of a learning nobody wrote; imported ones are in no deployment, so they are searched for. */
async function unknownJudged(run: Run, { judged = [] }: Input, d: Deployment) {
  const learnings = judged.length === 0 ? [] : await run.notes('learning');
  const titles = new Set(
    learningsOf(
      learnings.filter((one) => one.deployment !== d.id),
      [],
    ).map((l) => titleKey(l.title)),
  );
  for (const { learning } of judged) {
    const key = titleKey(learning);
    if (titles.has(key)) continue;
    const found = await run.search(learning);
    if (!found.some(({ text }) => titleKey(text.split('\n')[0] ?? '') === key))
      return refuse('BAD_INPUT', `judged: no earlier run left a learning called "${learning}".`);
  }
  return undefined;
}

/** Kept by this run since its last phase passed: those before it don't count at Gate V, so they may be said again. */
function alreadyKept(d: Deployment): ReadonlySet<string> {
  const phases = [...d.observations].flatMap(([subject, seen]) => (subject.startsWith('phase:') ? seen : []));
  const last = Math.max(0, ...phases.filter((o) => o.verdict.status === 'pass').map((o) => o.seq));
  return new Set(d.written.flatMap((w) => (w.what === 'learning' && w.seq > last ? [titleKey(w.title ?? '')] : [])));
}
