import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';

/**
 * The action and the recipes of docs/how-to/ci.md, run as their systems would run them, with an npx that starts this
 * clone. There is no cluster here: exit code 3 says that all was understood, and only the cluster is missing.
 */
const root = join(import.meta.dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'infragate-ci-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const bin = join(folder, 'bin');
mkdirSync(bin);
mkdirSync(join(folder, 'deploy'));
writeFileSync(join(folder, 'deploy', 'assumptions.yaml'), 'assumed_apis: [apps/v1/Deployment]\n');
writeFileSync(
  join(bin, 'npx'),
  `#!/bin/sh
while [ "$1" != infragate ]; do shift; done
shift
exec '${process.execPath}' '${join(root, 'src', 'cli.ts')}' "$@"
`,
  { mode: 0o755 },
);

function run(script: string, more: Record<string, string> = {}) {
  const { KUBECONFIG: _, INFRAGATE_KUBECONFIG: __, INIT_CWD: ___, PATH = '', ...rest } = process.env;
  const env = { ...rest, PATH: `${bin}:${PATH}`, HOME: folder, INFRAGATE_HOME: join(folder, 'home'), ...more };
  return spawnSync('bash', ['-e', '-o', 'pipefail', '-c', script], { cwd: folder, env, encoding: 'utf8' });
}

const action = z
  .object({
    inputs: z.record(z.string(), z.object({ description: z.string(), default: z.string().optional() })),
    runs: z.object({
      using: z.literal('composite'),
      steps: z.array(z.object({ run: z.string(), env: z.record(z.string(), z.string()) })),
    }),
  })
  .parse(parse(readFileSync(join(root, 'action.yml'), 'utf8')));

describe('the GitHub Action', () => {
  const [step] = action.runs.steps;
  const inputs = { files: 'deploy/assumptions.yaml', kubeconfig: join(folder, 'none') };
  const given = (name: string) =>
    Object.entries(inputs).find(([key]) => key === name)?.[1] ?? action.inputs[name]?.default ?? '';

  test('runs the check with its inputs and hands on the exit code', () => {
    const env = Object.fromEntries(
      Object.entries(step?.env ?? {}).map(([name, text]) => [
        name,
        text.replaceAll(/\$\{\{ inputs\.([\w-]+) \}\}/g, (_, input: string) => given(input)),
      ]),
    );
    const output = join(folder, 'github-output');
    const ran = run(step?.run ?? '', { ...env, GITHUB_OUTPUT: output });
    expect(ran.stderr).toContain('infragate check: ');
    expect(ran.status).toBe(3);
    expect(readFileSync(output, 'utf8')).toBe('exit-code=3\n');
  });

  test('a value that looks like a command is only a value', () => {
    const env = { ...step?.env, FILES: 'deploy/assumptions.yaml', FAIL_ON: '$(touch owned)', VERSION: 'latest' };
    const ran = run(step?.run ?? '', {
      ...env,
      CONTEXT: '',
      NAMESPACE: '',
      FORMAT: 'text',
      OUTPUT: 'x',
      GITHUB_OUTPUT: join(folder, 'o'),
    });
    expect(ran.status).toBe(2);
    expect(ran.stderr).toContain("'$(touch owned)' is invalid");
  });
});

const blocks = [...readFileSync(join(root, 'docs', 'how-to', 'ci.md'), 'utf8').matchAll(/```yaml\n([\s\S]*?)```/g)].map(
  ([, text = '']): unknown => parse(text),
);

describe('the recipes', () => {
  test('GitHub: every input is one that the action has', () => {
    const steps = z
      .object({
        jobs: z.object({
          assumptions: z.object({
            steps: z.array(z.looseObject({ with: z.record(z.string(), z.string()).optional() })),
          }),
        }),
      })
      .parse(blocks[0]).jobs.assumptions.steps;
    const named = steps.flatMap((one) => Object.keys(one.with ?? {}));
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((name) => !(name in action.inputs))).toEqual([]);
  });

  test('GitLab', () => {
    const job = z.object({ assumptions: z.object({ script: z.array(z.string()) }) }).parse(blocks[1]).assumptions;
    const ran = run(job.script.join('\n'));
    expect(ran).toMatchObject({ status: 3, stderr: expect.stringContaining('infragate check: ') });
  });

  test('Tekton', () => {
    const task = z
      .object({
        kind: z.literal('Task'),
        spec: z.object({
          params: z.array(z.object({ name: z.string(), default: z.string() })),
          steps: z.array(z.object({ script: z.string() })),
        }),
      })
      .parse(blocks[2]);
    const [files] = task.spec.params;
    const script = task.spec.steps[0]?.script.replace(`$(params.${files?.name})`, files?.default ?? '');
    expect(run(script ?? '')).toMatchObject({ status: 3, stderr: expect.stringContaining('infragate check: ') });
  });
});
