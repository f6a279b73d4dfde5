import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEngine, type Engine, type Performed } from '../../../src/engine/index.ts';
import type { Sandbox } from '../../../src/sandbox/sandbox.ts';
import { TOOLS } from '../../../src/tools/index.ts';
import type { AuditLine } from '../io/sandbox.ts';

export type Person = keyof Sandbox['contexts'];

export type Checker = {
  readonly engine: Engine;
  readonly folder: string;
  call(tool: string, input: Record<string, unknown>): Promise<Performed>;
  close(): Promise<void>;
};

/** An engine with a ledger of its own, at the cluster as one of the sandbox's people. */
export function checker(sandbox: Sandbox, person: Person = 'admin'): Checker {
  const folder = mkdtempSync(join(tmpdir(), 'infragate-checks-'));
  const config: { 'current-context': string } = JSON.parse(readFileSync(sandbox.kubeconfig, 'utf8'));
  const path = join(folder, 'kubeconfig');
  writeFileSync(path, JSON.stringify({ ...config, 'current-context': sandbox.contexts[person] }), { mode: 0o600 });
  const engine = createEngine({ home: join(folder, 'home'), workspace: folder, tools: TOOLS });
  return {
    engine,
    folder,
    async call(tool, input) {
      const before = process.env.INFRAGATE_KUBECONFIG;
      process.env.INFRAGATE_KUBECONFIG = path;
      try {
        return await engine.perform({ tool, input, actor: { kind: 'agent', client: 'test' } });
      } finally {
        if (before === undefined) delete process.env.INFRAGATE_KUBECONFIG;
        else process.env.INFRAGATE_KUBECONFIG = before;
      }
    },
    async close() {
      await engine.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export type Answer = {
  readonly name: string;
  readonly status: string;
  readonly reason: string;
  readonly error?: string;
  readonly suggestion?: string;
  readonly minimal_spec?: string;
  readonly evidence: Readonly<Record<string, unknown>>;
};

export const LISTS = ['apis', 'images', 'operators', 'configuration', 'manifests'] as const;

/** name → what was answered about it. The reason that a large answer says once is put back in its place. */
export function answers(performed: Performed): Record<string, Answer> {
  if (performed.isError) throw new Error(performed.text);
  const passed = (performed.structured.passed ?? {}) as Record<string, string>;
  const all = LISTS.flatMap((list) =>
    ((performed.structured[list] ?? []) as Answer[]).map((one) => ({
      ...one,
      reason: one.reason ?? passed[list] ?? '',
    })),
  );
  return Object.fromEntries(all.map((one) => [one.name, one]));
}

/** `PASS Served` of one name. */
export const said = (performed: Performed): Record<string, string> =>
  Object.fromEntries(Object.entries(answers(performed)).map(([name, a]) => [name, `${a.status} ${a.reason}`]));

/** Requests that would have changed something: everything but reads, dry runs and reviews. */
export const writes = (lines: readonly AuditLine[]): AuditLine[] =>
  lines.filter(
    ({ verb, requestURI, objectRef }) =>
      !['get', 'list', 'watch'].includes(verb) &&
      !requestURI.includes('dryRun=All') &&
      !/(reviews|subjectaccessreviews)$/.test(objectRef?.resource ?? ''),
  );
