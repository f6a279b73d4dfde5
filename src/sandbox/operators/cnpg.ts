// CloudNativePG: its operator, built from its own module, and the manifest that module ships.

import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { apply, call, get, messageOf, until } from '../api.ts';
import { binaryAt, part } from '../binary.ts';
import { findCommand } from '../command.ts';
import { goProgram } from '../go-program.ts';
import { pushImage } from '../images.ts';
import { SandboxProblem } from '../problem.ts';
import type { Progress } from '../progress.ts';
import { run } from '../run.ts';
import type { Operator, Place } from './operator.ts';
import { type Postgresql, postgresql, pushPostgresql } from './postgresql.ts';

/** As sandbox/operators/cnpg/go.mod requires it. */
export const VERSION = '1.27.0';
const MODULE = 'github.com/cloudnative-pg/cloudnative-pg';
const NAMESPACE = 'cnpg-system';
const DEPLOYMENT = `/apis/apps/v1/namespaces/${NAMESPACE}/deployments/cnpg-controller-manager`;

export const cnpg: Operator = {
  crds: ['cnpg'],
  prepare: async (progress) => {
    if (findCommand('iptables') === undefined) {
      throw new SandboxProblem(
        'environment',
        "Operator cnpg's webhooks are reached through a Service, which needs what is missing here: iptables (Debian: iptables).",
      );
    }
    const database = await postgresql(progress);
    const built = await operatorProgram(progress);
    return (place) => install(place, built, database);
  },
};

/** The folder with the operator's program and its project's own manifest. */
export const operatorProgram = (progress: Progress): Promise<string> =>
  goProgram(
    {
      name: 'cnpg-manager',
      folder: 'operators/cnpg',
      package: `${MODULE}/cmd/manager`,
      takes: 'once, two and a half minutes',
      beside: async (go, into) => {
        const shipped = (await go('list', '-m', '-f', '{{.Dir}}', MODULE)).trim();
        copyFileSync(join(shipped, 'releases', `cnpg-${VERSION}.yaml`), join(into, 'release.yaml'));
      },
    },
    progress,
  );

async function install(place: Place, built: string, database: Postgresql): Promise<void> {
  const { sandbox, progress } = place;
  const { registry } = sandbox;
  if (registry === null) throw new SandboxProblem('environment', 'Operator cnpg needs the registry this binary lacks.');
  progress(`installing CloudNativePG ${VERSION} with PostgreSQL ${database.version}`);
  const image = `${registry}/${await pushOperator(registry, readFileSync(join(built, 'cnpg-manager')))}`;
  const postgres = await pushPostgresql(registry, database);
  await configure(place, postgres);
  const released = readFileSync(join(built, 'release.yaml'), 'utf8');
  const manifest = join(sandbox.dir, 'operators', 'cnpg.yaml');
  mkdirSync(join(sandbox.dir, 'operators'), { recursive: true });
  writeFileSync(manifest, released.replaceAll(`ghcr.io/cloudnative-pg/cloudnative-pg:${VERSION}`, image));
  await kubectl(place, 'apply', '--server-side', '--force-conflicts', '-f', manifest);
  await untilItWorks(place);
}

/** The operator looks for itself under the architecture's name; /manager is what its manifest starts. */
export async function pushOperator(registry: string, program: Uint8Array, tag = VERSION): Promise<string> {
  const file = `operator/manager_${process.arch === 'arm64' ? 'arm64' : 'amd64'}`;
  const image = `cloudnative-pg:${tag}`;
  const files = { [file]: { content: program, mode: 0o755 }, manager: { link: file } };
  await pushImage(registry, image, { files, entrypoint: ['/manager'], user: '65532:65532' });
  return image;
}

/** The image of a database whose spec names none: the operator's own setting, in the ConfigMap it reads at its start. */
async function configure({ api }: Place, postgres: string): Promise<void> {
  const labels = { 'app.kubernetes.io/name': 'cloudnative-pg' };
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE, labels } };
  await apply(api, `/api/v1/namespaces/${NAMESPACE}`, namespace);
  const name = 'cnpg-controller-manager-config';
  await apply(api, `/api/v1/namespaces/${NAMESPACE}/configmaps/${name}`, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: NAMESPACE },
    data: { POSTGRES_IMAGE_NAME: postgres },
  });
}

type Deployment = { status?: { conditions?: { type: string; status: string }[] } };

async function untilItWorks(place: Place): Promise<void> {
  const { api } = place;
  const available = async () => {
    const read = (await get(api, DEPLOYMENT)) as Deployment | undefined;
    return read?.status?.conditions?.some((one) => one.type === 'Available' && one.status === 'True') ?? false;
  };
  if (!(await until(available, 180_000, 500))) {
    throw new SandboxProblem(
      'failed',
      `CloudNativePG's operator is not Available after 180 s.\n${await whatItSays(place)}`,
    );
  }
  let said = '';
  const answers = async () => {
    const answer = await call(api, '/apis/postgresql.cnpg.io/v1/namespaces/default/clusters?dryRun=All', {
      method: 'POST',
      body: {
        apiVersion: 'postgresql.cnpg.io/v1',
        kind: 'Cluster',
        metadata: { name: 'do-the-webhooks-answer' },
        spec: { instances: 1, storage: { size: '1Gi' } },
      },
    });
    said = messageOf(answer);
    return answer.status === 201;
  };
  if (!(await until(answers, 60_000, 500))) {
    throw new SandboxProblem('failed', `CloudNativePG's webhooks do not answer after 60 s: ${said}`);
  }
}

async function whatItSays(place: Place): Promise<string> {
  const ask = (...args: string[]) => kubectl(place, '-n', NAMESPACE, ...args).catch(String);
  return `${await ask('get', 'pods')}${await ask('logs', 'deployment/cnpg-controller-manager', '--tail=8')}`;
}

function kubectl({ sandbox }: Place, ...args: string[]): Promise<string> {
  const command = part(binaryAt(sandbox.bin), 'kubectl');
  if (command === undefined) throw new SandboxProblem('environment', `${sandbox.bin} has no kubectl.`);
  return run(command.file, [...command.args, '--kubeconfig', sandbox.kubeconfig, ...args], { timeoutMs: 120_000 });
}
