import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { version } from '../src/package.ts';
import { findBinary } from '../src/sandbox/binary.ts';
import { CRD_SETS, crdFile, definitionsOf } from '../src/sandbox/crds.ts';

/**
 * The sandbox's binary as a package of this platform, `@infragate/sandbox-linux-x64` and its like, so that people without
 * Go have the sandbox at once. `npm run pack:sandbox -- [folder]` leaves the tarball there (dist-sandbox/ when left out)
 * and prints its path, last.
 */
const root = join(import.meta.dirname, '..');
const name = `@infragate/sandbox-${process.platform}-${process.arch}`;
const given = process.argv[2];
const target = given === undefined ? join(root, 'dist-sandbox') : resolve(process.env.INIT_CWD ?? process.cwd(), given);

const MANIFEST = {
  name,
  version: version(),
  description: `The Kubernetes control plane of "infragate sandbox", built for ${process.platform} on ${process.arch}.`,
  license: 'Apache-2.0',
  os: [process.platform],
  cpu: [process.arch],
  files: ['infragate-sandbox', 'tiny', 'crds'],
  preferUnplugged: true,
};

const README = `# ${name}

The program behind \`infragate sandbox up\` for ${process.platform} on ${process.arch}: etcd, kube-apiserver,
kube-controller-manager, kube-scheduler, kubelet, kube-proxy, kubectl, kwok and a small OCI registry in one static binary,
built from their unmodified Go modules by infragate's \`sandbox/\` folder. \`tiny\` is what the sandbox's own test images run;
\`crds/\` holds what \`--crds\` installs, as its projects ship it.

Install it beside \`infragate\`, which finds it by its name. Without it, infragate builds the same program with Go.
For test clusters on your own machine only.
`;

const binary = await findBinary((line) => console.error(`sandbox: ${line}`));
if (binary.kind !== 'one') {
  console.error(`${binary.path} is a folder of programs; unset KUBEBUILDER_ASSETS to pack the one binary`);
  process.exit(3);
}

const folder = mkdtempSync(join(tmpdir(), 'infragate-pack-sandbox-'));
try {
  for (const file of ['infragate-sandbox', 'tiny']) {
    const from = file === 'tiny' ? join(dirname(binary.path), 'tiny') : binary.path;
    if (!existsSync(from)) continue;
    cpSync(from, join(folder, file), { dereference: true });
    chmodSync(join(folder, file), 0o755);
  }
  mkdirSync(join(folder, 'crds'));
  for (const set of CRD_SETS) {
    const definitions = await definitionsOf(set, (line) => console.error(`sandbox: ${line}`));
    writeFileSync(join(folder, crdFile(set)), JSON.stringify(definitions));
  }
  cpSync(join(root, 'LICENSE'), join(folder, 'LICENSE'));
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(MANIFEST, null, 2)}\n`);
  writeFileSync(join(folder, 'README.md'), README);
  mkdirSync(target, { recursive: true });
  const packed = spawnSync('npm', ['pack', '--silent', '--pack-destination', target], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
  });
  if (packed.status !== 0) {
    console.error(`npm pack failed: ${packed.error?.message ?? `exit ${packed.status}`}`);
    process.exitCode = 3;
  } else console.log(join(target, packed.stdout.trim().split('\n').at(-1) ?? ''));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
