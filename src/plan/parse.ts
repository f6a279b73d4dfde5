import { LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { checkUniqueKeys } from '../objects/yaml-keys.ts';
import { issuesIn } from '../workflow/index.ts';
import { NOWHERE, type Path, type Places, pathText, placesIn, reportInto } from './places.ts';
import { isRecord } from './record.ts';
import { frame, phase } from './schema.ts';
import type { Phase, Plan, Problem, Resource } from './types.ts';

export type ParsedPlan = {
  /** Absent when it isn't in the form of a plan. */
  readonly plan?: Plan;
  /** What can be read of it then, so that the other checks can speak, too; nothing is said of its `faulty` fields. */
  readonly partial?: { readonly plan: Plan; readonly faulty: readonly string[] };
  readonly problems: readonly Problem[];
  /** Where things are written, for the checks that come after. */
  readonly source: Source;
};

export type Source = { readonly places: Places; readonly written: (path: Path) => Path };

/** A plan larger than this is a mistake or an attack. */
const LONGEST = 2_000_000;

/**
 * A plan in either of its forms (phase_1 … or phases[]), as YAML, JSON or an object, or Markdown around a fenced YAML
 * block. All problems at once, each where it is written.
 */
export function parsePlan(input: string | object, origin = 'plan'): ParsedPlan {
  const problems: Problem[] = [];
  const read = typeof input === 'string' ? readText(input, origin, problems) : { value: input, places: NOWHERE };
  const value = read?.value;
  const places = read?.places ?? NOWHERE;
  const asWritten: Source = { places, written: (path) => path };
  if (value === undefined) return { problems, source: asWritten };
  if (!isRecord(value)) {
    problems.push({
      path: '',
      line: 1,
      column: 1,
      severity: 'error',
      message: 'a plan is a mapping: component, target, phase_1 …',
    });
    return { problems, source: asWritten };
  }

  const found = phasesOf(value);
  const keys = found.keys;
  const written = (path: Path): Path =>
    path[0] === 'phases' && typeof path[1] === 'number' && keys[path[1]] !== undefined
      ? [...(keys[path[1]] ?? []), ...path.slice(2)]
      : path;
  const report = reportInto(problems, places, written);
  for (const { path, message } of found.problems) report.error(path, message);

  const faulty: string[] = found.problems.map(({ path }) => pathText(path));
  const fault = (path: Path, message: string) => {
    faulty.push(pathText(path.slice(0, path[0] === 'phases' ? 3 : 1)));
    report.error(path, message);
  };
  const { estimated_minutes, files, ...rest } = readAs(frame, found.rest, PLACEHOLDERS, fault);
  const phases = found.phases.map((one, index): Phase => {
    const at: Path = ['phases', index];
    const instead = { name: `phase ${index + 1}` };
    const {
      number,
      timeout,
      settle,
      files: named,
      validation_commands,
      must_fail_before,
      ...read
    } = readAs(phase, one, instead, (path, message) => fault([...at, ...path], message));
    if (number !== undefined && number !== index + 1) {
      report.error([...at, 'number'], `this is phase ${index + 1}, not ${number}`);
    }
    const before = validation_commands.filter((one) => must_fail_before || one.must_fail_before);
    return {
      number: index + 1,
      ...read,
      commands: read.commands.length === 0 && read.delivery === 'helm' ? installs(read.resources) : read.commands,
      validation_commands: validation_commands.map(({ command }) => command),
      timeout_ms: timeout,
      ...(settle === undefined ? {} : { settle_ms: settle }),
      ...(named === undefined ? {} : { files: named }),
      ...(before.length === 0 ? {} : { must_fail_before: before.map(({ command }) => command) }),
    };
  });
  const source = { places, written };
  const plan: Plan = {
    ...rest,
    phases,
    ...(estimated_minutes === undefined ? {} : { estimated_minutes }),
    ...(files === undefined ? {} : { files }),
  };
  return faulty.length === 0 ? { plan, problems, source } : { partial: { plan, faulty }, problems, source };
}

/** What makes a release of each chart: helm itself, with the values that were rendered for the review. */
const installs = (resources: readonly Resource[]): string[] =>
  resources.flatMap((r) => {
    if (r.kind !== 'chart') return [];
    const version = r.version === undefined ? [] : ['--version', r.version];
    const values = r.values.flatMap((file) => ['--values', file]);
    return [['helm', 'upgrade', '--install', r.release, r.chart, ...version, ...values].map(quoted).join(' ')];
  });

const quoted = (text: string): string => (/^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

const PLACEHOLDERS = { component: '?', target: '?', validation: 'none: ?', rollback_strategy: '?' };

/** What the schema makes of it; faults are told, and the fields they are in are left out or stood in for. */
function readAs<T extends z.ZodType>(
  schema: T,
  value: unknown,
  instead: Readonly<Record<string, unknown>>,
  fault: (path: Path, message: string) => void,
): z.output<T> {
  const first = schema.safeParse(value);
  if (first.success) return first.data;
  const found = issuesIn(first.error, schema);
  for (const { path, message } of found) fault(path, message);
  const bad = new Set(found.map(({ path }) => path[0]));
  const good = Object.entries(isRecord(value) ? value : {}).filter(([key]) => !bad.has(key));
  const again = schema.safeParse({ ...instead, ...Object.fromEntries(good) });
  return again.success ? again.data : schema.parse(instead);
}

function readText(text: string, origin: string, problems: Problem[]): { value: unknown; places: Places } | undefined {
  if (text.length > LONGEST) {
    problems.push({ path: '', severity: 'error', message: `${origin} is longer than ${LONGEST} characters` });
    return undefined;
  }
  const counter = new LineCounter();
  const document = parseDocument(withoutMarkdown(text), {
    lineCounter: counter,
    uniqueKeys: false,
    prettyErrors: false,
  });
  checkUniqueKeys(document);
  for (const error of document.errors) {
    const { line, col } = counter.linePos(error.pos[0]);
    const message =
      error.code === 'MULTIPLE_DOCS' ? 'a plan is one YAML document, and here are several' : error.message;
    problems.push({
      path: '',
      line: Math.max(1, line),
      column: Math.max(1, col),
      severity: 'error',
      message: `not YAML: ${message}`,
    });
  }
  if (document.errors.length > 0) return undefined;
  try {
    return { value: document.toJS({ maxAliasCount: 100 }) ?? null, places: placesIn(document, counter) };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    problems.push({ path: '', line: 1, column: 1, severity: 'error', message: `not YAML: ${why}` });
    return undefined;
  }
}

/** Markdown around fenced YAML: everything else becomes blank, so that lines keep their numbers. */
function withoutMarkdown(text: string): string {
  if (!/^```ya?ml\s*$/m.test(text)) return text;
  let inside = false;
  return text
    .split('\n')
    .map((line) => {
      if (/^```/.test(line)) {
        inside = !inside && /^```ya?ml\s*$/.test(line.trimEnd());
        return '';
      }
      return inside ? line : '';
    })
    .join('\n');
}

type Found = {
  readonly phases: readonly unknown[];
  /** How each phase is reached in the plan as written. */
  readonly keys: readonly Path[];
  readonly rest: Readonly<Record<string, unknown>>;
  readonly problems: readonly { readonly path: Path; readonly message: string }[];
};

function phasesOf(value: Record<string, unknown>): Found {
  const { phases, ...others } = value;
  const numbered = Object.keys(others)
    .flatMap((key) => {
      const match = /^phase[_-]?(\d+)$/i.exec(key);
      return match === null ? [] : [{ key, number: Number(match[1]) }];
    })
    .sort((a, b) => a.number - b.number);
  const rest = Object.fromEntries(Object.entries(others).filter(([key]) => !numbered.some((n) => n.key === key)));
  const problems: { path: Path; message: string }[] = [];
  if (phases !== undefined && numbered.length > 0) {
    problems.push({ path: ['phases'], message: `phases and ${numbered[0]?.key} are both given; use one form` });
  }
  if (numbered.length > 0) {
    numbered.forEach(({ key, number }, index) => {
      if (number !== index + 1)
        problems.push({ path: [key], message: `${key} follows phase_${index}; phases count 1, 2, 3 …` });
    });
    return { phases: numbered.map(({ key }) => value[key]), keys: numbered.map(({ key }) => [key]), rest, problems };
  }
  if (!Array.isArray(phases) || phases.length === 0) {
    problems.push({
      path: phases === undefined ? [] : ['phases'],
      message: 'a plan has phases: phase_1, phase_2 … or phases[]',
    });
    return { phases: [], keys: [], rest, problems };
  }
  return { phases, keys: phases.map((_, index) => ['phases', index]), rest, problems };
}
