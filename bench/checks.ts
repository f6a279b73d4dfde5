import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { connect } from '../src/cluster/index.ts';
import { down, up } from '../src/sandbox/sandbox.ts';
import { readCases } from './checks/case.ts';
import { runCase } from './checks/run.ts';

/**
 * `npm run bench:checks -- [--corpus FOLDER]`: `infragate check` over a folder of cases (test/cases/checks), each in a
 * sandbox with the CRDs of OpenShift, OLM, Gateway API, cert-manager and CloudNativePG. Exits 1 when one does not hold.
 */
const { values } = parseArgs({ options: { corpus: { type: 'string' }, sandbox: { type: 'string' } } });
const folder = resolve(
  process.env.INIT_CWD ?? process.cwd(),
  values.corpus ?? join(import.meta.dirname, '..', 'test', 'cases', 'checks'),
);
/** One that runs already is used and left running. */
const name = values.sandbox ?? `bench-checks-${process.pid}`;
const sandbox = await up({ name, crds: ['openshift', 'olm', 'olm-v1', 'gateway', 'cert-manager', 'cnpg'] });
let held = 0;
let all = 0;
try {
  const connected = await connect({ kubeconfig: sandbox.kubeconfig });
  if (!connected.ok) throw new Error(connected.error.message);
  const writer = connected.value.writer();
  for (const read of readCases(folder, sandbox.registry ?? 'registry.invalid')) {
    all += 1;
    const why = read.ok ? await runCase(read.value, writer, sandbox.kubeconfig).catch(reason) : [read.because];
    const called = read.ok ? read.value.name : read.name;
    if (why.length === 0) held += 1;
    console.log(why.length === 0 ? `ok      ${called}` : `FAILED  ${called}: ${why.join('; ')}`);
    if (why.length > 0 && read.ok) console.log(`        expected: ${read.value.expectation.text}`);
  }
  connected.value.close();
} finally {
  if (values.sandbox === undefined) await down({ name });
}
console.log(`${held} of ${all} hold`);
process.exitCode = all > 0 && held === all ? 0 : 1;

function reason(error: unknown): string[] {
  return [`it could not be tried: ${error instanceof Error ? error.message : String(error)}`];
}
