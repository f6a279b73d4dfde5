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

export async function pinCommand(line: ShellLine, files: Files, at: Path, report: Report): Promise<Named> {
  const pinned: Pinned[] = [];
  const opaque: string[] = [];
  const written = new Set(
    line.redirects.flatMap((r) => (r.operator.startsWith('>') && r.target !== undefined ? [plain(r.target)] : [])),
  );

  async function file(path: string): Promise<void> {
    const sha = await files.digest(path);
    if (sha !== undefined) pinned.push({ path, sha256: sha });
  }

  const globbed = (await Promise.all(line.globs.map((pattern) => files.glob(pattern).catch(() => [])))).flat();
  const implicit = line.programs.flatMap((program) => IMPLICIT[baseOf(program)] ?? []);
  for (const path of unique([...line.files, ...globbed, ...implicit].map(plain))) {
    if (NOT_CONTENT.test(path) || written.has(path)) continue;
    const kind = await files.kind(path).catch(() => undefined);
    if (kind === 'file') await file(path);
    if (kind === 'folder') {
      if (!(await files.inside(path)) || path === '/') continue;
      const listed = await files.list(path, MOST_FILES);
      if (listed === undefined) {
        report.note(at, `${path} holds more than ${MOST_FILES} files: its content is not part of the digest`);
        opaque.push(`the content of ${path}`);
        continue;
      }
      for (const each of listed) await file(each);
      const traced = await traceKustomization(files, path);
      for (const each of traced.files) await file(each);
      for (const found of traced.problems) report.error(at, found.message, { file: found.file });
    }
  }

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

/** `./check.sh` and `check.sh` are one file. */
const plain = (path: string): string => path.replace(/^(\.\/+)+(?=.)/, '');

const baseOf = (program: string): string => program.split('/').at(-1) ?? '';

/** One file is pinned once, whoever names it. */
export function sortPins(pins: readonly Pinned[]): Pinned[] {
  return [...new Map(pins.map((pin) => [pin.path, pin])).values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}
