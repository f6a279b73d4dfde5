import { z } from 'zod';
import { type Deployment, type Fix, type Instant, position, type Refusal } from '../workflow/index.ts';
import type { Performed, Tool } from './tool.ts';

/**
 * What any answer may have besides the fields of its tool: where the deployment stands, what a run warned of, a refusal,
 * a run that goes on, why a form decided nothing.
 */
export const ENVELOPE = z.object({
  deployment: z.string(),
  stage: z.string(),
  gate: z.object({}),
  next: z.array(z.object({})),
  warnings: z.array(z.string()),
  refusal: z.object({}),
  status: z.string(),
  run: z.string(),
  waiting_for: z.string(),
  running_ms: z.number(),
  form: z.string(),
});

/** The answer of a tool: its words, and its structure without what only the words show. */
export function answerOf(
  tool: Tool,
  value: Record<string, unknown>,
  d: Deployment | undefined,
  now: Instant,
): Performed {
  const shown = Object.entries(value).filter(([field]) => tool.inText?.includes(field) !== true);
  return answer(Object.fromEntries(shown), tool.text(value), d, now);
}

/** Every answer ends with what was warned of and where the deployment stands, as text and as structure, from one value. */
export function answer(
  value: Record<string, unknown>,
  words: string,
  d: Deployment | undefined,
  now: Instant,
): Performed {
  const warnings = Array.isArray(value.warnings) ? value.warnings.map((one) => `warning: ${String(one)}`) : [];
  const text = [words, ...warnings].join('\n');
  if (d === undefined)
    return { isError: false, text, structured: { ...value, deployment: value.deployment ?? 'none' } };
  const at = position(d, now);
  return { isError: false, text: `${text}\n\n${positionText(at)}`, structured: { ...value, ...at } };
}

export function positionText(at: ReturnType<typeof position>): string {
  const gate = at.gate.passes ? `Gate ${at.gate.name} passes` : `Gate ${at.gate.name} open: ${at.gate.open.join(', ')}`;
  const next = at.next.length === 0 ? '' : `\nnext: ${at.next.map(fixText).join(' · ')}`;
  return `[${at.deployment}] stage ${at.stage}. ${gate}.${next}`;
}

export function fixText(fix: Fix): string {
  if ('tool' in fix) {
    const needs = fix.needs === undefined ? '' : ` (you write ${fix.needs.join(', ')})`;
    return `${fix.tool} ${shortArguments(fix.arguments)}`.trim() + needs;
  }
  if ('command' in fix) return `\`${fix.command}\``;
  return `${fix.person}: ${fix.action}`;
}

function shortArguments(args: Record<string, unknown>): string {
  const { deployment: _, ...rest } = args;
  const names = Object.entries(rest).map(([key, value]) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return `${key}=${text.length > 60 || text.includes('\n') ? '…' : text}`;
  });
  return names.length === 0 ? '' : `{${names.join(', ')}}`;
}

/** A refusal as the wire has it: isError, structuredContent.refusal, and the same in words. */
export function refusalAnswer(given: Refusal, d?: Deployment, now?: Instant): Performed {
  const refusal = withinBudget(given);
  const at = d !== undefined && now !== undefined ? position(d, now) : undefined;
  const missing = refusal.missing.map((m) => {
    const fix = m.fix[0];
    return `- ${m.check} (${m.status}): ${m.because}${fix === undefined ? '' : ` → ${fixText(fix)}`}`;
  });
  const next =
    refusal.missing.length === 0 && refusal.next.length > 0 ? [`next: ${refusal.next.map(fixText).join(' · ')}`] : [];
  return {
    isError: true,
    text: [`REFUSED ${refusal.code}: ${refusal.message}`, ...missing, ...next].join('\n'),
    structured: { refusal, ...(at ?? {}) },
  };
}

/** So that a refusal stays under 2,000 tokens, as text and as structure, whatever it lists. */
const MESSAGE_CHARACTERS = 2_400;
const LIST_CHARACTERS = 3_600;
const BECAUSE_CHARACTERS = 400;

const cut = (text: string, most: number): string => (text.length <= most ? text : `${text.slice(0, most - 1)}…`);

/** As many of its checks and ways on as fit; how many more there are is part of the message. */
function withinBudget(refusal: Refusal): Refusal {
  const missing = fitting(
    refusal.missing.map((m) => ({ ...m, because: cut(m.because, BECAUSE_CHARACTERS), fix: fitting(m.fix, 800) })),
    LIST_CHARACTERS,
  );
  const next = fitting(refusal.next, LIST_CHARACTERS / 3);
  const more = [
    refusal.missing.length > missing.length ? `${refusal.missing.length - missing.length} more checks` : '',
    refusal.next.length > next.length ? `${refusal.next.length - next.length} more ways on` : '',
  ].filter((part) => part !== '');
  const left = more.length === 0 ? '' : ` (${more.join(', ')}: see deployment-status)`;
  return { ...refusal, message: `${cut(refusal.message, MESSAGE_CHARACTERS)}${left}`, missing, next };
}

function fitting<T>(items: readonly T[], characters: number): T[] {
  let left = characters;
  return items.filter((item) => {
    left -= left < 0 ? 0 : JSON.stringify(item).length;
    return left >= 0;
  });
}
