import { notOne } from '../engine/index.ts';
import type { Run, ToolRun } from '../engine/tool.ts';
import { storedPlan } from '../phases/stored.ts';
import { listReport, MAX_LISTED, planReport, researchReport, statusReport, timelineReport } from '../report/index.ts';
import { type Deployment, findItem, plan, type Refusal, refuse } from '../workflow/index.ts';
import type { Output } from './deployment-status.answer.ts';
import type { Input } from './deployment-status.ts';
import { keepReview, reviewOnRecord } from './review/review.ts';

/** Evidence longer than this is cut in the answer; the resource has it whole. */
const EVIDENCE_CHARACTERS = 12_000;

export const run: ToolRun<'deployment-status', Input, Output> = async (input, run) => {
  const show = input.show ?? 'status';
  if (show === 'evidence') return showEvidence(run, input.id);
  if (run.deployment === undefined) {
    const { deployments: open, damaged } = await run.others({ open: true }, MAX_LISTED);
    const latest = await run.lines({}, MAX_LISTED);
    const count = await run.countLines({});
    return { kind: 'answer', value: listReport({ latest, open, count, damaged }, run.now()) };
  }
  const d = await run.current();
  switch (show) {
    case 'status':
      return { kind: 'answer', value: statusReport(d, run.now()) };
    case 'research':
      return { kind: 'answer', value: researchReport(d, run.now()) };
    case 'timeline':
      return { kind: 'answer', value: timelineReport(await run.events()) };
    case 'plan': {
      const current = plan(d);
      if (current === undefined) return { kind: 'answer', value: planReport(d) };
      const stored = await storedPlan(run, d);
      if ('code' in stored) return { kind: 'refusal', refusal: stored };
      const made = await reviewOnRecord(run, d, stored);
      return { kind: 'answer', value: { ...planReport(d), plan: made.text, review: await keepReview(run, made) } };
    }
  }
};

const no = (message: string): { kind: 'refusal'; refusal: Refusal } => ({
  kind: 'refusal',
  refusal: refuse('BAD_INPUT', `id: ${message}.`),
});

/** By digest or its first digits, also with `#NAME` for one item of several; in a deployment by an item's id or name. */
async function showEvidence(run: Run, given: string | undefined) {
  if (given === undefined || given.trim() === '')
    return no('name the evidence by the digest an answer gave or its first digits, or by an item');
  const id = given.trim();
  const hash = id.indexOf('#');
  const [named, part] = hash < 0 ? [id, undefined] : [id.slice(0, hash), id.slice(hash + 1)];
  let found = await run.evidence(named);
  if (found.kind === 'none' && run.deployment !== undefined) {
    const body = bodyOf(await run.current(), id);
    if (body !== undefined) found = await run.evidence(body);
  }
  if (found.kind !== 'found') return no(notOne(named, found));
  const text = part === undefined || id === found.digest ? found.text : partOf(found.text, part);
  if (text === undefined) return no(`${named} holds nothing called ${part}`);
  const resource = `infragate://evidence/${found.digest}`;
  const cut = text.length > EVIDENCE_CHARACTERS;
  const shown = cut ? text.slice(0, EVIDENCE_CHARACTERS) : text;
  return {
    kind: 'answer' as const,
    value: {
      id: found.digest,
      evidence: shown,
      truncated: cut,
      resource,
    },
  };
}

/** The latest evidence about an item, live or retired, or about a manifest as an answer names it (`Deployment/web`). */
function bodyOf(d: Deployment, name: string): string | undefined {
  const item = findItem(d, name) ?? [...d.retired.values()].map((r) => r.item).find((i) => i.id === name);
  const seen = item === undefined ? manifestSeen(d, name) : d.observations.get(item.subject)?.at(-1);
  return seen?.body;
}

const manifestSeen = (d: Deployment, name: string) =>
  [...d.observations]
    .filter(([subject]) => {
      const parts = subject.startsWith('manifest:') ? subject.split('/') : [];
      return parts.length > 2 && `${parts.at(-3)}/${parts.at(-1)}` === name;
    })
    .flatMap(([, all]) => all)
    .toSorted((a, b) => a.seq - b.seq)
    .at(-1);

function partOf(body: string, name: string): string | undefined {
  try {
    const parsed: unknown = JSON.parse(body);
    const items = typeof parsed === 'object' && parsed !== null && 'items' in parsed ? parsed.items : undefined;
    const found: unknown = Array.isArray(items)
      ? items.find((one) => typeof one === 'object' && one !== null && 'name' in one && one.name === name)
      : undefined;
    return found === undefined ? undefined : JSON.stringify(found);
  } catch {
    return undefined;
  }
}
