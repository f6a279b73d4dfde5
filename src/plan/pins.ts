import { traceKustomization } from './kustomization.ts';
import type { Path, Report } from './places.ts';
import { unique } from './record.ts';
import { MOST_FILES } from './resources.ts';
import type { Pinned } from './types.ts';
import type { Files, ShellLine } from './world.ts';

/** What a command names on disk: it is part of what is approved. */
export type Named = { readonly pinned: readonly Pinned[]; readonly opaque: readonly string[] };

/** Programs that read a file without being told to. */
const IMPLICIT: Readonly<Record<string, readonly string[]>> = {
  make: ['GNUmakefile', 'makefile', 'Makefile'],
  gmake: ['GNUmakefile', 'makefile', 'Makefile'],
  npm: ['package.json'],
  pnpm: ['package.json'],
  yarn: ['package.json'],
  just: ['justfile', 'Justfile'],
  task: ['Taskfile.yml', 'Taskfile.yaml'],
  rake: ['Rakefile'],
  tox: ['tox.ini'],
  pytest: ['pytest.ini', 'pyproject.toml', 'conftest.py'],
};

/** Programs whose arguments are programs of their own. */
const INTERPRETERS = /^(ba|da|a|z|k)?sh$|^(python\d?(\.\d+)?|node|deno|bun|ruby|perl|php|ansible-playbook|source|\.)$/;

/** Written to or made by the system; their content is nobody's plan. */
const NOT_CONTENT = /^\/(dev|proc|sys|run|usr|bin|sbin|lib|lib64|opt)(\/|$)|^(~|-|\.|\.\.)$/;

export async function pinCommand(
  line: ShellLine,
  files: Files,
  at: Path,
  report: Report,
  /** The plan names files for its commands: what can't be read of them is one of those, or isn't there. */
  hasFiles = false,
): Promise<Named> {
  const opaque: string[] = [];
  const written = new Set(
    line.redirects.flatMap((r) => (r.operator.startsWith('>') && r.target !== undefined ? [plain(r.target)] : [])),
  );
  const globbed = (await Promise.all(line.globs.map((pattern) => files.glob(pattern).catch(() => [])))).flat();
  const implicit = line.programs.flatMap((program) => IMPLICIT[baseOf(program)] ?? []);
  const pinned: Pinned[] = [];
  for (const path of unique([...line.files, ...globbed, ...implicit].map(plain))) {
    if (NOT_CONTENT.test(path) || written.has(path)) continue;
    const kind = await files.kind(path).catch(() => undefined);
    if (kind !== 'file' && kind !== 'folder') continue;
    if (isOutside(path)) {
      report.error(
        at,
        `${path} is not named from the workspace: commands run in a copy of the files that the plan names there`,
      );
      continue;
    }
    pinned.push(...(await pinPath(path, kind, files, at, report, opaque)));
  }
  for (const message of unreadable(line, hasFiles)) report.error(at, message);

  for (const call of line.calls) {
    const program = baseOf(call.program ?? '');
    const first = call.args.find((a) => !a.text.startsWith('-'))?.value;
    if (program === 'make' || program === 'gmake' || program === 'just')
      opaque.push(`${program} ${first ?? ''}`.trim());
    else if (/^(npm|pnpm|yarn|task|rake|tox|pytest|go|cargo)$/.test(program))
      opaque.push(`${program} ${first ?? ''}`.trim());
    else if (INTERPRETERS.test(program) && first !== undefined && !call.args.some((a) => /^-\w*c$/.test(a.text)))
      opaque.push(`${program} ${first}`);
    else if (/^(python\d?(\.\d+)?|node|deno|bun|ruby|perl|php)$/.test(program))
      opaque.push(`${program} with a program on its line`);
    else if (program === 'ssh') opaque.push('ssh, which runs its command elsewhere');
    else if ((call.program ?? '').includes('/') && !NOT_CONTENT.test(call.program ?? ''))
      opaque.push(call.program ?? '');
  }
  return { pinned: sortPins(pinned), opaque: unique(opaque) };
}

/** Files, and everything in the folders, that a plan names for its commands. */
export async function pinFiles(paths: readonly string[], files: Files, at: Path, report: Report): Promise<Pinned[]> {
  const pinned: Pinned[] = [];
  for (const written of paths) {
    const path = plain(written.replace(/(?<=[^/])\/$/, ''));
    const kind = await files.kind(path).catch(() => undefined);
    if (isOutside(path) || !(await files.inside(path))) report.error(at, `${written} is not in the workspace`);
    else if (kind !== 'file' && kind !== 'folder') report.error(at, `there is no file or folder ${written}`);
    else pinned.push(...(await pinPath(path, kind, files, at, report, undefined)));
  }
  return sortPins(pinned);
}

/** `opaque`: left out, a folder that is too large is an error. */
async function pinPath(
  path: string,
  kind: 'file' | 'folder',
  files: Files,
  at: Path,
  report: Report,
  opaque: string[] | undefined,
): Promise<Pinned[]> {
  const pinned: Pinned[] = [];
  const file = async (one: string) => {
    const sha = await files.digest(one);
    if (sha !== undefined) pinned.push({ path: one, sha256: sha });
  };
  if (kind === 'file') await file(path);
  if (kind === 'folder') {
    if (!(await files.inside(path))) return pinned;
    const listed = await files.list(path, MOST_FILES);
    if (listed === undefined) {
      const message = `${path} holds more than ${MOST_FILES} files: its content is not part of the digest`;
      if (opaque === undefined) report.error(at, message);
      else {
        report.note(at, message);
        opaque.push(`the content of ${path}`);
      }
      return pinned;
    }
    for (const each of listed) await file(each);
    const traced = await traceKustomization(files, path);
    for (const each of traced.files) await file(each);
    for (const found of traced.problems) report.error(at, found.message, { file: found.file });
  }
  return pinned;
}

const isOutside = (path: string): boolean =>
  path.startsWith('/') || path === '..' || path.startsWith('../') || path.includes('/../');

const SHELL = /^(?:ba|da|a|z|k)?sh$/;
const SCRIPTING = /^(?:python\d?(?:\.\d+)?|node|deno|bun|ruby|perl|php)$/;

/** An interpreter whose program can't be read beforehand, with the form that can. */
function unreadable(line: ShellLine, hasFiles: boolean): string[] {
  return line.calls.flatMap((call) => {
    const program = baseOf(call.program ?? '');
    const sources = program === '.' || program === 'source';
    if (!SHELL.test(program) && !SCRIPTING.test(program) && !sources) return [];
    if (call.args.some((a) => /^-[A-Za-z]{0,8}[ce]$|^-m$|^--(?:eval|version|help)$|^-[VvhE]$/.test(a.text))) return [];
    const operand = call.args.find((a) => !/^[-+]./.test(a.text));
    const form = 'put it into a file of the workspace and name that';
    if (
      operand === undefined ||
      operand.text === '-' ||
      call.args.some((a) => SHELL.test(program) && /^-[A-Za-z]{0,8}s$/.test(a.text))
    )
      return [`${program} reads what it runs from its input, which can't be read beforehand: ${form}`];
    if (/^[<>]\(/.test(operand.text)) return [`${program} runs the output of another command: ${form}`];
    if (operand.value !== undefined || hasFiles) return [];
    return [
      `what ${program} runs (${operand.text}) is only known when it runs: name the file, or name its folder in the plan, files: [scripts/]`,
    ];
  });
}

/** `./check.sh` and `check.sh` are one file. */
const plain = (path: string): string => path.replace(/^(\.\/+)+(?=.)/, '');

const baseOf = (program: string): string => program.split('/').at(-1) ?? '';

/** One file is pinned once, whoever names it. */
export function sortPins(pins: readonly Pinned[]): Pinned[] {
  return [...new Map(pins.map((pin) => [pin.path, pin])).values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}
