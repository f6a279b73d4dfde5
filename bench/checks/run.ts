import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubeObject, ObjectRef, Result, Writer } from '../../src/cluster/index.ts';
import type { Case } from './case.ts';
import { type Answer, failures, type Row } from './expectation.ts';

/** One case: its objects are put into the cluster, the command looks, and the objects are taken out again. */
export async function runCase(one: Case, writer: Writer, kubeconfig: string): Promise<string[]> {
  const placed: ObjectRef[] = [];
  try {
    for (const name of one.namespaces) await ensureNamespace(writer, name);
    for (const object of one.objects) placed.push(await place(writer, object));
    return failures(one.expectation, await check(one.assumptions, kubeconfig));
  } finally {
    for (const ref of placed.toReversed()) await writer.delete(ref, { propagation: 'Background' });
    for (const ref of placed) await writer.waitGone(ref, undefined, 10_000);
  }
}

async function ensureNamespace(writer: Writer, name: string): Promise<void> {
  value(await writer.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, { force: true }));
  const account: ObjectRef = { apiVersion: 'v1', kind: 'ServiceAccount', namespace: name, name: 'default' };
  for (let tries = 0; tries < 100; tries += 1) {
    if (value(await writer.getIfThere(account)) !== undefined) return;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`the namespace ${name} got no service account within 10 s`);
}

/** Status is written as a controller would write it: through the subresource. */
async function place(writer: Writer, object: KubeObject): Promise<ObjectRef> {
  const { status, ...rest } = object;
  const { name = '', namespace } = object.metadata;
  const ref = {
    apiVersion: object.apiVersion,
    kind: object.kind,
    name,
    ...(namespace === undefined ? {} : { namespace }),
  };
  value(await writer.apply(rest, { force: true }));
  if (status !== undefined) value(await writer.patch(ref, { status }, 'merge', { subresource: 'status' }));
  return ref;
}

const CLI = join(import.meta.dirname, '..', '..', 'src', 'cli.ts');

async function check(assumptions: string, kubeconfig: string): Promise<Answer> {
  const folder = mkdtempSync(join(tmpdir(), 'infragate-case-'));
  try {
    const file = join(folder, 'assumptions.yaml');
    writeFileSync(file, assumptions);
    const env = { ...process.env, INFRAGATE_KUBECONFIG: kubeconfig, INFRAGATE_HOME: join(folder, 'home') };
    const child = spawn(process.execPath, [CLI, 'check', file, '--json'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const [stdout, stderr, exit] = await Promise.all([
      collected(child.stdout),
      collected(child.stderr),
      new Promise<number | null>((done) => child.once('exit', done)),
    ]);
    return { exit, output: `${stdout}\n${stderr}`, rows: rowsIn(stdout) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function collected(stream: AsyncIterable<Buffer>): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += chunk.toString();
  return text;
}

function rowsIn(stdout: string): Row[] {
  try {
    const answer: unknown = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
    const rows = typeof answer === 'object' && answer !== null && 'results' in answer ? answer.results : [];
    return Array.isArray(rows) ? rows : [];
  } catch {
    return [];
  }
}

function value<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.error.reason}: ${result.error.message}`);
  return result.value;
}
