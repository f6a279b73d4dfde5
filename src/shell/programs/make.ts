import { join } from 'node:path';
import { hasAny, readFlags, textOf } from '../flags.ts';
import { fileText, type Scope } from '../scope.ts';
import { isKnown, words } from '../text.ts';
import type { Runs } from './runs.ts';
import { unresolved } from './tasks.ts';

type Rule = { readonly needs: readonly string[]; readonly recipe: string[] };
type Makefile = {
  readonly variables: Map<string, string>;
  readonly rules: Map<string, Rule[]>;
  /** `deploy-%`, with what stands before and after the stem. */
  readonly patterns: { readonly before: string; readonly after: string; readonly rule: Rule }[];
  first: string | undefined;
};

const MAX_INCLUDES = 40;
const MAX_RULES = 400;

/** make's goals → their recipes and those of what they need, as shell text. */
export function make(args: readonly string[], _io: unknown, scope: Scope): readonly Runs[] {
  const { flags, words: given } = readFlags(
    args,
    words('-f --file --makefile -C --directory -j -l -I --include-dir -o -W --old-file --what-if --assume-new'),
  );
  if (
    hasAny(flags, '-n', '--dry-run', '--just-print', '--recon', '-q', '--question', '-h', '--help', '-v', '--version')
  )
    return [];
  const folder = textOf(flags, '-C', '--directory') ?? '.';
  const named = textOf(flags, '-f', '--file', '--makefile');
  const makefile: Makefile = { variables: new Map(), rules: new Map(), patterns: [], first: undefined };
  const files = named === undefined ? ['GNUmakefile', 'makefile', 'Makefile'] : [named];
  const read = files.some((name) => readMakefile(join(folder, name), folder, makefile, scope, { includes: 0 }));
  for (const word of given) {
    const [, name, value] = /^(\w+)[:?+]?=(.*)$/s.exec(word) ?? [];
    if (name !== undefined && value !== undefined) makefile.variables.set(name, value);
  }
  const goals = given.filter((word) => !/^\w+[:?+]?=/.test(word));
  const wanted = goals.length > 0 ? goals : makefile.first === undefined ? [] : [makefile.first];
  const missing = wanted.filter((goal) => !read || rulesOf(makefile, goal).length === 0);
  const cwd = folder === '.' || scope.cwd === undefined ? scope.cwd : join(scope.cwd, folder);
  const text = recipes(makefile, wanted);
  return [
    ...(text === '' ? [] : [{ kind: 'text' as const, text, cwd, script: 'Makefile' }]),
    ...unresolved('make', missing),
  ];
}

function readMakefile(
  path: string,
  folder: string,
  into: Makefile,
  scope: Scope,
  count: { includes: number },
): boolean {
  const text = fileText(path, scope);
  if (text === undefined || count.includes > MAX_INCLUDES) return false;
  count.includes += 1;
  let current: Rule | undefined;
  for (const line of text.replace(/\\\n[ \t]*/g, ' ').split('\n')) {
    const recipe = /^(?:\t| {4})(.*)/.exec(line)?.[1]?.trimStart();
    if (recipe !== undefined && current !== undefined) {
      current.recipe.push(recipe.replace(/^[@+-]+/, ''));
      continue;
    }
    const included = /^\s*-?s?include\s+(\S.*)/.exec(line)?.[1];
    if (included !== undefined) {
      for (const name of withVariables(included, into.variables).split(/\s+/).filter(isKnown))
        readMakefile(join(folder, name), folder, into, scope, count);
      continue;
    }
    current = declaration(line, into) ?? (/^\S/.test(line) ? undefined : current);
  }
  return true;
}

/** A variable or the head of a rule; answers the rule whose recipe follows. */
function declaration(line: string, into: Makefile): Rule | undefined {
  const variable = /^\s*(?:export\s+|override\s+)*([\w.-]+)\s*(?::::|::|:|\?|\+|!)?=(.*)/.exec(line);
  if (variable !== null) {
    const [, name = '', value = ''] = variable;
    if (!(line.includes('?=') && into.variables.has(name))) into.variables.set(name, value.trimStart());
    return undefined;
  }
  const rule = /^([^\s:#=][^:=#]*)::?([^=;]*)(?:;(.*))?$/.exec(line);
  if (rule === null) return undefined;
  const [, targets = '', needs = '', recipe] = rule;
  const made: Rule = {
    needs: needs.split(/\s+/).filter((one) => one !== '' && one !== '|'),
    recipe: recipe === undefined ? [] : [recipe],
  };
  for (const target of withVariables(targets, into.variables).trim().split(/\s+/)) {
    const [before = '', after, ...more] = target.split('%');
    if (after !== undefined && more.length === 0) into.patterns.push({ before, after, rule: made });
    else into.rules.set(target, [...(into.rules.get(target) ?? []), made]);
    if (into.first === undefined && !/^[.%]/.test(target) && after === undefined) into.first = target;
  }
  return made;
}

type Found = { readonly rule: Rule; readonly stem: string };

/** Explicit rules of a target, and the pattern with the shortest stem where none of them has a recipe. */
function rulesOf({ rules, patterns }: Makefile, target: string): readonly Found[] {
  const explicit = (rules.get(target) ?? []).map((rule) => ({ rule, stem: '' }));
  if (explicit.some(({ rule }) => rule.recipe.length > 0)) return explicit;
  const fits = patterns
    .filter(
      ({ before, after }) =>
        target.length > before.length + after.length && target.startsWith(before) && target.endsWith(after),
    )
    .map(({ before, after, rule }) => ({ rule, stem: target.slice(before.length, target.length - after.length) }))
    .sort((a, b) => a.stem.length - b.stem.length);
  return [...explicit, ...fits.slice(0, 1)];
}

function recipes(makefile: Makefile, goals: readonly string[]): string {
  const lines: string[] = [];
  const seen = new Set<string>();
  const build = (target: string): void => {
    if (seen.has(target) || seen.size > MAX_RULES) return;
    seen.add(target);
    for (const { rule, stem } of rulesOf(makefile, target)) {
      for (const need of rule.needs) build(withVariables(need, makefile.variables).replaceAll('%', stem));
      for (const line of rule.recipe) lines.push(withVariables(automatic(line, target, stem), makefile.variables));
    }
  };
  for (const goal of goals) build(goal);
  return lines.join('\n');
}

const automatic = (line: string, target: string, stem: string): string =>
  line
    .replace(/\$@|\$\(@\)/g, () => target)
    .replace(/\$\*|\$\(\*\)/g, () => stem)
    .replace(/\$[<^?]/g, '"$INPUTS"')
    .replace(/\$\(MAKE\)|\$\{MAKE\}/g, 'make');

function withVariables(line: string, variables: ReadonlyMap<string, string>, depth = 0): string {
  const replaced = line.replace(/\$(?:\(([\w.-]+)\)|\{([\w.-]+)\})/g, (whole, a?: string, b?: string) => {
    const name = a ?? b ?? '';
    const value = variables.get(name);
    if (value === undefined) return `"\${${name}}"`;
    return depth > 4 || value.length > 4096 ? whole : withVariables(value, variables, depth + 1);
  });
  return depth === 0 ? replaced.replaceAll('$$', '$') : replaced;
}
