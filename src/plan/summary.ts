import { visible } from '../workflow/index.ts';
import { type Difference, differenceText } from './difference.ts';
import { readRollback } from './rollback.ts';
import type { Checks, LoadedPhase, LoadedPlan, Phase, Resource } from './types.ts';

/** What a person sees before deciding. Markdown; every text of the plan's is data in it, fenced or on one line. */
export function planSummary(
  loaded: LoadedPlan,
  more: { readonly digest: string; readonly difference?: Difference; readonly notes?: readonly string[] },
): string {
  const { plan } = loaded;
  const irreversible = plan.phases.flatMap((p) => p.irreversible.map((text) => `phase ${p.number}: ${inline(text)}`));
  const opaque = [
    ...loaded.phases.flatMap((p) => p.opaque.map((what) => `phase ${p.number}: ${code(what)}`)),
    ...loaded.opaque.map((what) => `validation: ${code(what)}`),
  ];
  const takeOver = plan.phases.flatMap((p) =>
    p.take_over.map(
      (t) =>
        `phase ${p.number}: ${code(t.object)} fields ${t.fields.map(code).join(', ')} from ${t.managers.map(code).join(', ')}`,
    ),
  );
  const attested = plan.phases.flatMap((p) =>
    p.success_criteria
      .filter((c) => /^attest:/i.test(c))
      .map((c) => `phase ${p.number}: ${inline(c.replace(/^attest:\s*/i, ''))}`),
  );
  const kept = plan.phases.flatMap((p) =>
    p.rollback.flatMap((entry) => {
      const step = readRollback(entry);
      return step.kind === 'keep'
        ? [
            `phase ${p.number}: ${step.object === '*' ? 'everything' : code(step.object)}, because ${inline(step.because)}`,
          ]
        : [];
    }),
  );
  return [
    `# Deployment plan: ${inline(plan.component)}`,
    '',
    `- Component: ${inline(plan.component)}`,
    `- Target: ${inline(plan.target)}`,
    `- Phases: ${plan.phases.length}`,
    `- Estimated time: ${plan.estimated_minutes === undefined ? 'not given' : `${plan.estimated_minutes} minutes`}`,
    `- Digest: \`${more.digest.slice(0, 12)}\``,
    ...section('Phases', phaseTable(loaded)),
    ...section(
      'Risks',
      plan.risks.length === 0
        ? ['None named.']
        : table(
            ['Risk', 'Mitigation'],
            plan.risks.map((r) => [inline(r.risk), r.mitigation === '' ? '**none**' : inline(r.mitigation)]),
          ),
    ),
    ...section('Rollback strategy', [inline(plan.rollback_strategy)]),
    ...section("What can't be undone", bullets(irreversible, 'Nothing is named as irreversible.')),
    ...optional('What a rollback leaves behind', kept),
    ...optional('Taken over from others', takeOver),
    ...section(
      'Secrets',
      plan.secrets.length === 0
        ? ['The plan declares none.']
        : table(
            ['Name', 'Keys', 'From'],
            plan.secrets.map((s) => [
              code(s.name),
              s.keys.map(code).join(', ') || 'any',
              inline(s.detail === undefined ? s.from : `${s.from}: ${s.detail}`),
            ]),
          ),
    ),
    ...section('Every command that will run', commandList(loaded)),
    ...optional("What can't be read beforehand", opaque),
    ...optional('What a person will confirm', attested),
    ...optional('Notes', (more.notes ?? []).map(inline)),
    ...(more.difference === undefined
      ? []
      : section('Changes since the last revision', fence(differenceText(more.difference).split('\n')))),
    '',
  ].join('\n');
}

function phaseTable({ plan, phases }: LoadedPlan): string[] {
  return table(
    ['Phase', 'Name', 'Delivery', 'Objects', 'Criteria', 'Time limit', 'Commit'],
    plan.phases.map((phase, index) => [
      String(phase.number),
      inline(phase.name),
      phase.delivery,
      objectsOf(phase, phases[index]),
      String(phase.success_criteria.length),
      phase.settle_ms === undefined
        ? seconds(phase.timeout_ms)
        : `${seconds(phase.timeout_ms)}, to hold for ${seconds(phase.settle_ms)}`,
      phase.commit,
    ]),
  );
}

const MANY = 8;

function objectsOf(phase: Phase, loaded: LoadedPhase | undefined): string {
  const applied = (loaded?.manifests ?? []).map((m) => `${m.object.kind}/${m.object.metadata.name}`);
  const observed = (loaded?.observed ?? []).map((ref) => `${ref.kind}/${ref.name} (observed)`);
  const names = [...applied, ...observed];
  const shown = names.length === 0 ? phase.resources.map(resourceText) : names;
  const rest = shown.length > MANY ? `, and ${shown.length - MANY} more` : '';
  return `${shown.slice(0, MANY).map(inline).join(', ')}${rest}`;
}

export function resourceText(resource: Resource): string {
  switch (resource.kind) {
    case 'path':
      return resource.lines === undefined
        ? resource.path
        : `${resource.path}:${resource.lines.from}-${resource.lines.to}`;
    case 'inline':
      return 'inline manifest';
    case 'observed':
      return `${resource.apiVersion}/${resource.object}/${resource.name}`;
    case 'chart':
      return `chart ${resource.chart}${resource.version === undefined ? '' : ` ${resource.version}`} as ${resource.release}`;
  }
}

function commandList({ plan }: LoadedPlan): string[] {
  const all = plan.phases.flatMap((phase) => [
    ...group(`Phase ${phase.number}, applying`, phase.commands),
    ...group(`Phase ${phase.number}, before applying: each has to fail`, phase.must_fail_before ?? []),
    ...group(`Phase ${phase.number}, validation`, phase.validation_commands),
    ...group(`Phase ${phase.number}, rollback`, phase.rollback),
  ]);
  const { static: still, health, functional } = plan.validation;
  const validation = Object.entries({ static: still, health, functional }).flatMap(([name, checks]) =>
    checksText(name, checks),
  );
  return [...all, ...validation];
}

const checksText = (name: string, checks: Checks): string[] =>
  'none' in checks
    ? [`Validation, ${name}: none, because ${inline(checks.none)}`, '']
    : group(`Validation, ${name}`, checks);

const group = (title: string, commands: readonly string[]): string[] =>
  commands.length === 0 ? [] : [`${title}:`, '', ...fence(commands.flatMap((c) => c.split('\n'))), ''];

/** A fence longer than any in the text: nothing in a plan can end it. */
function fence(lines: readonly string[]): string[] {
  const longest = Math.max(2, ...lines.flatMap((line) => (line.match(/`+/g) ?? []).map((run) => run.length)));
  const mark = '`'.repeat(longest + 1);
  return [`${mark}text`, ...lines.map(visible), mark];
}

const section = (title: string, lines: readonly string[]): string[] => ['', `## ${title}`, '', ...lines];
const optional = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : section(title, bullets(lines, ''));
const bullets = (lines: readonly string[], none: string): string[] =>
  lines.length === 0 ? [none] : lines.map((l) => `- ${l}`);
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string[] => [
  `| ${head.join(' | ')} |`,
  `|${head.map(() => '---').join('|')}|`,
  ...rows.map((row) => `| ${row.join(' | ')} |`),
];

/** Text of the plan on one line, unable to pass for Markdown, with what is invisible made visible. */
const inline = (text: string): string =>
  visible(text.replace(/\s+/g, ' ').trim()).replace(/[\\`*_[\]<>|#]/g, (mark) => `\\${mark}`);
const code = (text: string): string =>
  `\`${visible(text.replace(/\s+/g, ' ')).replaceAll('`', "'").replaceAll('|', '\\|')}\``;

function seconds(ms: number): string {
  return ms % 60_000 === 0 ? `${ms / 60_000} min` : `${ms / 1000} s`;
}
