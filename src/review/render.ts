import { lineChanges, textOf } from '../plan/index.ts';
import { type Visible, visible, visibleWithin } from '../workflow/index.ts';
import { commandText } from './commands.ts';
import type { Danger, Fact } from './fact.ts';
import type { Review } from './index.ts';
import type { ObjectReview } from './object.ts';

/** The model as lines for people: each text on one line of its own, cut only where the cut is given. */

const MARK: Readonly<Record<Danger, string>> = { 3: '!! ', 2: '!  ', 1: '   ', 0: '   ' };
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
    ...section("Can't be undone", review.irreversible, 4),
    ...section('A rollback', undone(review), 8),
    ...section('Left as it is by a rollback, or taken from others', review.leaves, 4),
    ...one('Rollback strategy', plan.rollback_strategy),
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

/** What is most dangerous of all that is in the model. */
function alarms({ objects: all, effects, deceptions, commands: run, scripts: files }: Review): string[] {
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

const titled = (o: ObjectReview): string => `${o.name}${o.namespace === undefined ? '' : ''} (phase ${o.phase})`;

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
  const quiet = new Map<string, string[]>();
  for (const c of all) if (c.danger < 2) quiet.set(c.where, [...(quiet.get(c.where) ?? []), commandText(c.text)]);
  const shownLoud = loud
    .slice(0, 12)
    .map((c) => visible(`${MARK[c.danger]}${c.where} (${c.what.join(', ')}): ${commandText(c.text)}`));
  return [
    visible(`Commands (${all.length}):`),
    ...shownLoud,
    ...(loud.length > 12
      ? [visible(`!  and ${loud.length - 12} more commands of this kind (infragate show plan)`)]
      : []),
    ...[...quiet].map(([where, texts]) => visible(`   ${where}: ${joined(texts)}`)),
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
      const lines = s.text.replace(/\n+$/, '').split('\n');
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
    ...section('Success criteria', criteria, 8),
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

function section(title: string, texts: readonly string[], most: number): Visible[] {
  if (texts.length === 0) return [];
  const shown = texts.slice(0, most).map((t) => visible(`  ${visibleLine(t)}`));
  const more = texts.length - shown.length;
  return [line(`${title}:`), ...shown, ...(more > 0 ? [visible(`   and ${more} more (infragate show plan)`)] : [])];
}

/** Keeps the mark at the beginning of a line. */
const visibleLine = (text: string): string => {
  const mark = /^(!! |! {2}| {3})/.exec(text)?.[0] ?? '';
  return `${mark}${visibleWithin(text.slice(mark.length), LINE)}`;
};

const one = (title: string, text: string): Visible[] => (text === '' ? [] : [line(`${title}: ${text}`)]);
const several = (texts: readonly string[]): string => texts.join('; ');

function age(then: string, now: string): string {
  const minutes = Math.max(0, Math.round((Date.parse(now) - Date.parse(then)) / 60_000));
  if (minutes < 60) return `${minutes} min`;
  return minutes < 48 * 60 ? `${Math.round(minutes / 60)} h` : `${Math.round(minutes / 1440)} d`;
}

/** All of the model, nothing of it cut: what `infragate show plan` pages through. */
export function reviewWhole(review: Review): Visible[] {
  const rows = (title: string, texts: readonly string[]): Visible[] =>
    texts.length === 0 ? [] : [visible(`${title}:`), ...texts.map((t) => visible(`  ${t}`)), visible('')];
  const facts = (o: ObjectReview): string[] => [
    `${MARK[o.danger]}${titled(o)} ${o.action}${o.namespace === undefined ? '' : ` in ${o.namespace}`}${o.why === undefined ? '' : ` (${o.why})`}`,
    ...[...o.changes, ...o.facts].map((f) => `   ${MARK[f.danger]}${f.text}`),
  ];
  const { plan, evidence: e } = review;
  return [
    ...rows(`Plan of ${plan.component} for ${plan.target} on ${plan.cluster}`, [
      `digest ${plan.digest}`,
      `revision ${plan.revision}`,
    ]),
    ...rows('Letters that deceive', review.deceptions),
    ...rows(
      'Effects',
      review.effects.map((f) => `${MARK[f.danger]}${f.text}`),
    ),
    ...rows(
      'Changes since a person decided',
      (review.since?.changes ?? []).map((c) => `${MARK[c.danger]}${c.text}`),
    ),
    ...rows('Objects', review.objects.flatMap(facts)),
    ...rows('Brought by others', review.observed),
    ...rows(
      'Commands',
      review.commands.flatMap((c) => [`${MARK[c.danger]}${c.where}:`, ...c.text.split('\n').map((t) => `     ${t}`)]),
    ),
    ...rows("Can't be read beforehand", review.unchecked),
    ...review.scripts.flatMap((s) => rows(`File ${s.path} (sha256 ${s.sha256})`, (s.text ?? '(no text)').split('\n'))),
    ...rows("Can't be undone", review.irreversible),
    ...rows(
      'A rollback',
      review.undone.map(
        (u) =>
          `phase ${u.phase}: ${u.object} ${u.outcome}${u.lost.length === 0 ? '' : ` (data lost: ${u.lost.join('; ')})`}`,
      ),
    ),
    ...rows('Left as it is by a rollback, or taken from others', review.leaves),
    ...rows('Rollback', [plan.rollback_strategy]),
    ...rows('Risks', plan.risks),
    ...rows('Secrets', review.secrets),
    ...rows('Quota left before this plan', review.quota),
    ...rows(
      'Success criteria',
      plan.phases.flatMap((p) => p.criteria.map((c) => `phase ${p.number} ${p.name}: ${c}`)),
    ),
    ...rows(
      'Assumptions',
      e.assumptions.map(
        (a) =>
          `${a.name}: ${a.status} (${a.how})${a.seen === undefined ? '' : `, seen ${a.seen}`}; about ${a.about.join(', ')}; if wrong: ${a.impact}`,
      ),
    ),
    ...rows(
      'Set aside',
      e.retired.map(
        (r) =>
          `${r.name}: ${r.by === undefined ? 'without a successor' : `replaced by ${r.by}`}${r.failed ? '; it had failed' : ''}; because ${r.because}`,
      ),
    ),
    ...rows('Sources', e.sources),
    ...rows('Divergences', e.adjustments),
    ...rows('Waived by a person', e.waivers),
    ...rows('What people said before', e.remarks),
    ...rows('Open', [...e.open, ...review.notes]),
  ];
}

/** The full difference: every object, live → dry run, as lines of YAML-like paths; nothing is left out. */
export function differenceLines(review: Review): Visible[] {
  return review.objects.flatMap((o) => {
    const [before, after] = [o.before === undefined ? '' : pretty(o.before), pretty(o.after)];
    const changed = lineChanges(before, after);
    const own = before === '' ? changed.filter((c) => c.sign === '+') : changed;
    return [
      visible(`--- ${titled(o)} ${o.action}${o.namespace === undefined ? '' : ` in ${o.namespace}`}`),
      ...own.map((c) => visible(`${c.sign} ${c.text}`)),
    ];
  });
}

/** Every object of the plan as it is applied, to page through. */
export const manifestLines = (review: Review): Visible[] =>
  review.objects.flatMap((o) => [
    visible(`--- ${titled(o)}`),
    ...pretty(o.after)
      .split('\n')
      .map((text) => visible(text)),
  ]);

const pretty = (value: unknown): string => JSON.stringify(value, sorted, 2) ?? textOf(value);
const sorted = (_key: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;
