// Learnings as the ledger holds them: the fact `written` with what `learning`, in deployments and in the library.

import { z } from 'zod';
import { type Ledger, LIBRARY } from '../state/index.ts';

/** Where it was learnt, as `deployment/seq` of that ledger. */
export type Learning = z.infer<typeof Lesson> & { readonly id: string; readonly at: string };

/** As record-retro takes one: what one ledger exports, another imports. */
const Lesson = z.object({
  title: z.string().trim().min(1).max(500),
  situation: z.string().max(20_000).default(''),
  advice: z.string().max(20_000).default(''),
  tags: z.array(z.string().max(100)).max(50).default([]),
  text: z.string().max(50_000).default(''),
});
type Lesson = z.infer<typeof Lesson>;

/** What was recorded is read, however long it is. */
const Fact = z.object({
  type: z.literal('written'),
  what: z.literal('learning'),
  title: z.string().default(''),
  situation: z.string().default(''),
  advice: z.string().default(''),
  tags: z.array(z.string()).default([]),
  text: z.string().default(''),
});

/** All learnings of rows that can be trusted, oldest first. */
export async function allLearnings(ledger: Ledger): Promise<Learning[]> {
  const all: Learning[] = [];
  for (const deployment of [...(await ledger.deployments()).map(({ id }) => id), LIBRARY]) {
    for (const { seq, at, fact } of (await ledger.read(deployment)).rows) {
      const parsed = Fact.safeParse(fact);
      if (!parsed.success) continue;
      const { type: _type, what: _what, ...lesson } = parsed.data;
      all.push({ id: `${deployment}/${seq}`, at, ...lesson, title: lesson.title || firstLine(lesson.text) });
    }
  }
  return all.toSorted((one, other) => one.at.localeCompare(other.at));
}

const Judgement = z.object({
  type: z.literal('written'),
  what: z.literal('judgement'),
  about: z.string(),
  helped: z.boolean(),
});

/** How a learning fared with those that followed it; retired when the last of them found it wrong. */
export type Use = { readonly used: number; readonly helped: number; readonly retired: boolean };

export async function withUse<L extends Lesson>(ledger: Ledger, learnings: readonly L[]): Promise<(L & Use)[]> {
  const all: { at: string; about: string; helped: boolean }[] = [];
  for (const { id } of await ledger.deployments()) {
    for (const { at, fact } of (await ledger.read(id)).rows) {
      const parsed = Judgement.safeParse(fact);
      if (parsed.success) all.push({ at, about: plain(parsed.data.about), helped: parsed.data.helped });
    }
  }
  all.sort((one, other) => one.at.localeCompare(other.at));
  return learnings.map((learning) => {
    const own = all.filter(({ about }) => about === plain(learning.title));
    const helped = own.filter((one) => one.helped).length;
    return { ...learning, used: own.length, helped, retired: own.at(-1)?.helped === false };
  });
}

/** Each once, however many deployments and imports had it; the first of them stays. */
export function once<L extends Lesson>(learnings: readonly L[]): L[] {
  const kept = new Map<string, L>();
  for (const one of learnings) if (!kept.has(sameness(one))) kept.set(sameness(one), one);
  return [...kept.values()];
}

export type Parsed = { ok: true; learnings: Lesson[] } | { ok: false; line: number; why: string };

/** JSON lines, as `learnings export` writes them; blank lines are nothing, the first wrong line ends it. */
export function parseLearnings(text: string): Parsed {
  const learnings: Lesson[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const wrong = (why: string): Parsed => ({ ok: false, line: index + 1, why });
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      return wrong('it is not JSON');
    }
    const parsed = Lesson.safeParse(value);
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      return wrong(`${issue?.path.join('.') || 'it'}: ${issue?.message}`);
    }
    if (!parsed.data.situation && !parsed.data.advice && !parsed.data.text)
      return wrong('it has neither situation nor advice');
    learnings.push(parsed.data);
  }
  return { ok: true, learnings };
}

/** Adds those not known yet to the library, in one append; another process that adds at the same time is waited for. */
export async function addLearnings(
  ledger: Ledger,
  learnings: readonly Lesson[],
  origin: string,
  at: string,
): Promise<{ ok: true; count: number } | { ok: false; why: string }> {
  for (;;) {
    const { rows, damaged } = await ledger.read(LIBRARY);
    if (damaged !== undefined) return { ok: false, why: damaged.why };
    const known = new Set((await allLearnings(ledger)).map(sameness));
    const fresh = once(learnings).filter((one) => !known.has(sameness(one)));
    const events = fresh.map((one) => ({
      at,
      by: { kind: 'server' },
      fact: { type: 'written', what: 'learning', origin, ...one, text: one.text || one.advice || one.situation },
    }));
    const answer = await ledger.append(LIBRARY, rows.length, events);
    if (answer.status === 'appended') return { ok: true, count: events.length };
  }
}

/** Two learnings are one when title, situation and advice say the same, whatever the case and the spaces. */
function sameness({ title, situation, advice, text }: Lesson): string {
  const said = situation || advice ? [title, situation, advice] : [title, text];
  return JSON.stringify(said.map(plain));
}

const plain = (text: string) => text.toLowerCase().replace(/\s+/g, ' ').trim();

const firstLine = (text: string) => text.split('\n')[0]?.slice(0, 100) || 'untitled';
