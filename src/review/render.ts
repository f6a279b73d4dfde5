import { type Visible, visible, visibleWithin } from '../workflow/index.ts';
import { commandText } from './commands.ts';
import type { Fact } from './fact.ts';
import type { Review } from './index.ts';
import { MARK, titled } from './mark.ts';
import type { ObjectReview } from './object.ts';

/** The model as lines for people: each text on one line of its own, cut only where the cut is given. */

/** Characters of one line, and of one fact in it. */
const LINE = 480;
const PART = 200;

const line = (text: string): Visible => visibleWithin(text, LINE);
const part = (text: string): Visible => visibleWithin(text, PART);

export type Shown = { readonly now: string; readonly lookedAt: string; readonly fresh: boolean };

/** The review: everything that must be seen before the full difference. */
export function reviewLines(review: Review, shown: Shown): Visible[] {
  const { plan } = review;
  return [
    line(`# Plan of ${plan.component} for ${plan.target} on ${plan.cluster}`),
    line(
      `Digest ${plan.digest.replace(/^sha256:/, '').slice(0, 12)}, revision ${plan.revision}: ${plan.phases.length} phases, ${review.objects.length} objects, ${review.commands.length} commands${plan.estimated_minutes === undefined ? '' : `, about ${plan.estimated_minutes} minutes`}`,
    ),
    ...section('Look at first', alarms(review), 12),
    ...since(review),
    ...objects(review),
    ...commands(review),
    ...scripts(review),
    ...one('Also', several(review.effects.filter((f) => f.danger === 1).map((f) => f.text))),
    ...section("Can't be undone", review.irreversible, 4),
    ...section('Left as it is by a rollback, or taken from others', review.leaves, 4),
    ...one(
      'Rollback',
      several([plan.rollback_strategy, ...undone(review).filter((t) => !/^!/.test(t))].map((t) => t.trim())),
    ),
    ...section(
      'Lost by a rollback',
      undone(review).filter((t) => /^!/.test(t)),
      4,
    ),
    ...one('Risks', several(review.plan.risks)),
    ...one('Secrets', several(review.secrets)),
    ...one('Quota left before this plan', several(review.quota)),
    ...proof(review, shown),
  ];
}

/** One line a phase and outcome; what is lost has its own. */
function undone({ undone: all }: Review): string[] {
  const groups = new Map<string, string[]>();
  for (const { phase, object, outcome, lost } of all) {
    const key =
      lost.length > 0 ? `!! phase ${phase} ${outcome}, data lost (${lost.join('; ')})` : `   phase ${phase} ${outcome}`;
    groups.set(key, [...(groups.get(key) ?? []), object]);
  }
  return [...groups].map(([key, objects]) => `${key}: ${objects.join(', ')}`);
}

/** What is most dangerous of all that is in the model, each line with its mark. */
export function alarms({ objects: all, effects, deceptions, commands: run, scripts: files }: Review): string[] {
  const named = [
    ...all.flatMap((o) =>
      [...o.facts, ...o.changes]
        .filter((f) => f.danger === 3)
        .map((f) => ({ ...f, text: `${titled(o)}: ${part(f.text)}` })),
    ),
    ...effects.filter((f) => f.danger >= 2),
    ...run.flatMap((c) =>
      c.danger === 3 ? [{ danger: 3 as const, text: `a command (${c.where}) ${c.what.join(', ')}` }] : [],
    ),
    ...files.flatMap((s) =>
      s.told.flatMap((t) =>
        t.danger === 3
          ? [{ danger: 3 as const, text: `${s.path} line ${t.line} ${t.what.join(', ')}: ${part(t.text.trim())}` }]
          : [],
      ),
    ),
  ];
  return [
    ...deceptions.slice(0, 4).map((text) => `!! letters that deceive: ${text}`),
    ...(deceptions.length > 4 ? [`!! ${deceptions.length - 4} more texts with letters that deceive`] : []),
    ...[...named].sort((a, b) => b.danger - a.danger).map((f) => `${MARK[f.danger]}${f.text}`),
  ];
}

const MOST_CHANGES = 14;

function since({ since: changed, plan }: Review): Visible[] {
  if (changed === undefined) return [line('No person has decided about an earlier plan: everything is new.')];
  const title = `Since a person decided (${changed.choice}, ${changed.at}, plan ${changed.digest.replace(/^sha256:/, '').slice(0, 8)})`;
  if (changed.changes.length === 0)
    return [
      line(
        changed.digest === plan.digest
          ? `${title}: nothing changed in the plan.`
          : `${title}: the plan differs only in how it is written down.`,
      ),
    ];
  return section(
    title,
    changed.changes.map((c) => `${MARK[c.danger]}${c.text}`),
    MOST_CHANGES,
  );
}

/** Objects that nothing dangerous is to be said of share a line where there are many. */
const MOST_OBJECTS = 24;

function objects({ objects: all, observed }: Review): Visible[] {
  const many = all.length > MOST_OBJECTS;
  const quiet = all.filter((o) => (o.action === 'unchanged' || many) && o.danger <= 1 && o.changes.length === 0);
  const alone = all.filter((o) => !quiet.includes(o));
  const groups = new Map<string, ObjectReview[]>();
  for (const o of quiet) {
    const key = `${o.name.split('/')[0]} ${o.action === 'unchanged' ? 'stay as they are' : o.action}`;
    groups.set(key, [...(groups.get(key) ?? []), o]);
  }
  const grouped = [...groups].map(
    ([key, list]) =>
      `   ${list.length} ${key}: ${list.map((o) => `${o.name.slice(o.name.indexOf('/') + 1)}${many && o.action !== 'unchanged' ? brief(o) : ''}`).join(', ')}`,
  );
  return [
    visible(`Objects, most dangerous first (${all.length}):`),
    ...alone.map((o) => visible(objectLine(o))),
    ...grouped.map((text) => visibleWithin(text.trimEnd(), 1_200)).map((text) => visible(`   ${text.trimStart()}`)),
    ...one('Brought by others', several(observed)),
  ];
}

const brief = (o: ObjectReview): string => {
  const said = o.facts.filter((f) => /^(image|\d+ replicas|claims|selects)/.test(f.text)).map((f) => part(f.text));
  return said.length === 0 ? '' : ` (${said.slice(0, 3).join('; ')})`;
};

function objectLine(o: ObjectReview): string {
  const head = `${MARK[o.danger]}${part(o.name)} ${o.action}${o.why === undefined ? '' : ` (${part(o.why)})`}, phase ${o.phase}`;
  const parts: Fact[] = [...o.changes.map((c) => ({ danger: c.danger, text: c.text })), ...o.facts].sort(
    (a, b) => b.danger - a.danger,
  );
  return fitted(head, parts);
}

/** Facts until the line is full; dangerous ones however long it gets. */
function fitted(head: string, parts: readonly Fact[]): string {
  let text = head;
  let left = 0;
  for (const [index, { danger, text: said }] of parts.entries()) {
    const next = `${text}${index === 0 ? ': ' : '; '}${visibleWithin(said, danger >= 2 ? 300 : PART)}`;
    if (next.length > (danger === 3 ? 4 * LINE : danger === 2 ? 3 * LINE : LINE)) left += 1;
    else text = next;
  }
  return left === 0 ? text : `${text}; and ${left} more (infragate show diff)`;
}

function commands({ commands: all, unchecked }: Review): Visible[] {
  if (all.length === 0) return [visible('Commands: none.')];
  const loud = all.filter((c) => c.danger >= 2);
  const quiet = new Map<string, Map<string, string[]>>();
  for (const c of all)
    if (c.danger < 2) {
      const [part = '', use = ''] = c.where.split(', ');
      const uses = quiet.get(part) ?? new Map<string, string[]>();
      quiet.set(part, uses.set(use, [...(uses.get(use) ?? []), commandText(c.text)]));
    }
  const shownLoud = loud
    .slice(0, 12)
    .map((c) => visible(`${MARK[c.danger]}${c.where} (${c.what.join(', ')}): ${commandText(c.text)}`));
  return [
    visible(`Commands (${all.length}):`),
    ...shownLoud,
    ...(loud.length > 12
      ? [visible(`!  and ${loud.length - 12} more commands of this kind (infragate show plan)`)]
      : []),
    ...[...quiet].map(([part, uses]) =>
      visible(`   ${part}: ${joined([...uses].map(([use, texts]) => `${use}: ${texts.join(' ┊ ')}`))}`),
    ),
    ...one("What can't be read beforehand", several(unchecked)),
  ];
}

const joined = (texts: readonly string[]): string => {
  const text = texts.join(' ┊ ');
  return text.length <= 3 * LINE
    ? text
    : `${text.slice(0, 3 * LINE)}… (cut: ${text.length - 3 * LINE} characters; infragate show plan)`;
};

/** A script is shown whole when it is short; else its telling lines, and how many others there are. */
const SHORT_SCRIPT = 6;
const MOST_SCRIPT_LINES = 16;

function scripts({ scripts: all }: Review): Visible[] {
  if (all.length === 0) return [];
  let room = MOST_SCRIPT_LINES;
  const shown = [...all]
    .sort((a, b) => b.told.length - a.told.length)
    .flatMap((s): Visible[] => {
      if (s.text === undefined) return [visible(`   ${part(s.path)}: no text (sha256 ${s.sha256.slice(0, 12)})`)];
      const lines = s.text.replace(/(?<!\n)\n+$/, '').split('\n');
      const whole = lines.length <= SHORT_SCRIPT;
      const picked = whole
        ? lines.map((text, i) => `${i + 1}: ${text}`)
        : s.told.slice(0, 6).map((t) => `${t.line}: ${t.text}`);
      const head = `   ${part(s.path)} (${lines.length} lines, sha256 ${s.sha256.slice(0, 12)})`;
      if (picked.join('').length < 160 && room > 0) {
        room -= 1;
        const more = whole ? '' : ` … ${lines.length - picked.length} other lines (infragate show plan)`;
        return [
          visible(`${head}${picked.length === 0 ? '' : `: ${picked.map((p) => part(p.trim())).join(' ⏎ ')}`}${more}`),
        ];
      }
      const rows = picked.slice(0, Math.max(2, room)).map((text) => visible(`     ${part(text.trim())}`));
      room -= rows.length;
      const rest = lines.length - rows.length;
      return [
        visible(head),
        ...rows,
        ...(rest > 0 ? [visible(`     … ${rest} other lines (infragate show plan)`)] : []),
      ];
    });
  return [visible('Files that commands name:'), ...shown];
}

/** What the plan rests on. */
function proof({ plan, evidence: e, notes }: Review, { now, lookedAt, fresh }: Shown): Visible[] {
  const criteria = plan.phases.map(
    (p) =>
      `   phase ${p.number} ${p.name}: ${p.criteria.join('; ') || 'no criteria'}${p.delivery === 'apply' ? '' : ` (${p.delivery})`}; commit ${p.commit}`,
  );
  const assumptions = e.assumptions.map(
    (a) =>
      `${a.status === 'pass' ? '   ' : '!  '}${part(a.name)}: ${a.status}${a.seen === undefined ? '' : `, ${age(a.seen, now)} ago`} by ${part(a.how)}${a.impact === '' ? '' : `; if wrong: ${part(a.impact)}`}`,
  );
  const retired = e.retired.map(
    (r) =>
      `${r.failed || r.by === undefined ? '!  ' : '   '}${part(r.name)}: ${r.by === undefined ? 'without a successor' : `replaced by ${part(r.by)}`}${r.failed ? '; it had failed' : ''}; because ${part(r.because)}`,
  );
  return [
    ...(criteria.join('').length <= 2 * LINE
      ? [visible(`Success criteria: ${criteria.map((c) => part(c.trim())).join(' ┊ ')}`)]
      : section('Success criteria', criteria, 8)),
    ...section('Assumptions, and what proves them', assumptions, 8),
    ...section('Set aside', retired, 6),
    ...one('Sources', several(e.sources)),
    ...section(
      'Divergences and their adjustments',
      e.adjustments.map((t) => `!  ${t}`),
      4,
    ),
    ...section(
      'Waived by a person',
      e.waivers.map((t) => `!  ${t}`),
      4,
    ),
    ...section(
      'What people said before',
      e.remarks.map((t) => `   ${t}`),
      4,
    ),
    ...section(
      'Open',
      [...new Set([...e.open, ...notes])].map((t) => `   ${t}`),
      5,
    ),
    line(
      `Evidence: ${e.seen === undefined ? 'none' : `from ${age(e.seen.oldest, now)} to ${age(e.seen.newest, now)} old`}. Dry run: ${fresh ? 'now' : `${age(lookedAt, now)} ago; the cluster can't be asked now`}.`,
    ),
  ];
}

/** A title with its lines; one line of it stands beside the title. */
function section(title: string, texts: readonly string[], most: number): Visible[] {
  const [only, ...others] = texts;
  if (only === undefined) return [];
  if (others.length === 0) return [visible(marked(only, (text) => `${title}: ${text}`).trim())];
  const shown = texts.slice(0, most).map((text) => visible(`  ${marked(text)}`));
  const more = texts.length - shown.length;
  return [line(`${title}:`), ...shown, ...(more > 0 ? [visible(`   and ${more} more (infragate show plan)`)] : [])];
}

/** Keeps the mark at the beginning of a text, and bounds the rest. */
function marked(text: string, titled: (text: string) => string = (same) => same): string {
  const mark = /^(!! |! {2}| {3})/.exec(text)?.[0] ?? '';
  return `${mark}${visibleWithin(titled(text.slice(mark.length)), LINE)}`;
}

const one = (title: string, text: string): Visible[] => (text === '' ? [] : [line(`${title}: ${text}`)]);
const several = (texts: readonly string[]): string => texts.join('; ');

function age(then: string, now: string): string {
  const minutes = Math.max(0, Math.round((Date.parse(now) - Date.parse(then)) / 60_000));
  if (minutes < 60) return `${minutes} min`;
  return minutes < 48 * 60 ? `${Math.round(minutes / 60)} h` : `${Math.round(minutes / 1440)} d`;
}
