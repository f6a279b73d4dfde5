import { lstat, mkdir, readFile, realpath, writeFile } from 'node:fs/promises';
import { dirname, isAbsolute, relative, resolve } from 'node:path';
import type { ToolRun } from '../engine/tool.ts';
import { notStanding, standingOf } from '../phases/standing.ts';
import { storedPlan } from '../phases/stored.ts';
import { documentation } from '../report/index.ts';
import { defined } from '../workflow/defined.ts';
import { type Refusal, refuse } from '../workflow/index.ts';
import { whatIsDeployed } from './deployed.ts';
import type { Input, Output } from './write-documentation.ts';

/** The workflow's document, from the record and from what is live now. */
export const run: ToolRun<'write-documentation', Input, Output> = async (input, run) => {
  const d = await run.current();
  const stored = await storedPlan(run, d);
  if ('code' in stored) return no(stored);
  const path = input.path === undefined ? undefined : await insideWorkspace(d.started.workspace, input.path);
  if (typeof path === 'object') return no(path);
  const reader = await run.reader();
  const fallen = notStanding(d, 'write-documentation is', await standingOf(reader, d, stored));
  if (fallen !== undefined) return no(fallen);
  const deployed = await whatIsDeployed(reader, d, stored);
  const before = path === undefined ? undefined : await readFile(path, 'utf8').catch(() => undefined);
  const markdown = documentation(d, deployed, {
    access: input.access ?? [],
    known_issues: input.known_issues ?? [],
    before,
  });
  if (path !== undefined) {
    const failure = await write(path, markdown).catch((error: unknown) => String(Object(error).code ?? error));
    if (failure !== undefined)
      return no(
        refuse('BAD_INPUT', `path: ${input.path} can't be written (${failure}); name a file in the workspace.`),
      );
  }
  const body = await run.put(markdown, 'text/markdown');
  const refusal = await run.record({
    type: 'written',
    what: 'documentation',
    text: input.path ?? 'documentation',
    body,
  });
  if (refusal !== undefined) return no(refusal);
  return {
    kind: 'answer',
    value: defined<Output>({ markdown, path, resource: `infragate://evidence/${body}` }),
  };
};

const no = (refusal: Refusal) => ({ kind: 'refusal', refusal }) as const;

async function write(path: string, text: string): Promise<undefined> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

/** A path below the workspace, links followed; a refusal for anything else. */
async function insideWorkspace(workspace: string, path: string): Promise<string | Refusal> {
  const wanted = resolve(workspace, path);
  const outside = (from: string, to: string) => relative(from, to).startsWith('..') || isAbsolute(relative(from, to));
  if (outside(workspace, wanted)) return refuse('BAD_INPUT', `path: ${path} is outside the workspace.`);
  const itself = await lstat(wanted).catch(() => undefined);
  let folder = itself === undefined ? dirname(wanted) : wanted;
  if (itself?.isSymbolicLink() && (await realpath(wanted).catch(() => undefined)) === undefined)
    return refuse('BAD_INPUT', `path: ${path} is a link to nothing.`);
  for (;;) {
    const real = await realpath(folder).catch(() => undefined);
    if (real !== undefined)
      return outside(await realpath(workspace), real)
        ? refuse('BAD_INPUT', `path: ${path} leads out of the workspace.`)
        : wanted;
    if (folder === dirname(folder)) return wanted;
    folder = dirname(folder);
  }
}
