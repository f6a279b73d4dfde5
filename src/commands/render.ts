import { symlink } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { builtHelm } from '../sandbox/helm.ts';
import { programExists } from './program.ts';

export type Rendered = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly message: string };

/** The manifests a kustomization makes, by kubectl (or kustomize) of this machine. Plugins and remote bases are not run. */
export async function renderKustomization(folder: string): Promise<Rendered> {
  if (programExists('kubectl')) return run('kubectl', ['kustomize', folder], folder);
  if (programExists('kustomize')) return run('kustomize', ['build', folder], folder);
  return { ok: false, message: `${folder} is a kustomization, and neither kubectl nor kustomize is on the path here` };
}

export type Chart = {
  readonly chart: string;
  readonly release: string;
  readonly namespace: string;
  readonly version?: string;
  readonly values: readonly string[];
  readonly cwd: string;
  /** Its hooks and tests, too, which helm runs and keeps out of the release. */
  readonly hooks?: boolean;
  /** What templates ask of the cluster: its version, and what it serves (`apps/v1`, `apps/v1/Deployment`). */
  readonly capabilities?: Capabilities;
};

export type Capabilities = { readonly kube_version: string; readonly api_versions: readonly string[] };

/** What gives this machine a helm. */
export const NO_HELM = 'set INFRAGATE_HELM to one, or build one with "infragate sandbox helm"';

/** The helm of this machine: what INFRAGATE_HELM names, else the one on the PATH, else the sandbox's, where it was built. */
export function helmHere(): string | undefined {
  const given = process.env.INFRAGATE_HELM;
  if (given !== undefined && given !== '') return programExists(given) ? given : undefined;
  return programExists('helm') ? 'helm' : builtHelm();
}

/** The PATH for commands that call helm: with this machine's helm on it under that name, by a link in `folder`. */
export async function pathWithHelm(folder: string): Promise<string> {
  const { PATH = '' } = process.env;
  const helm = helmHere();
  if (helm === undefined || helm === 'helm') return PATH;
  await symlink(resolve(helm), join(folder, 'helm'));
  return `${folder}${delimiter}${PATH}`;
}

/** The manifests a chart makes, by helm of this machine, without asking a cluster. */
export async function renderChart(chart: Chart): Promise<Rendered> {
  const helm = helmHere();
  if (helm === undefined) {
    return {
      ok: false,
      message: `${chart.chart} is a chart, and helm is not on the path here: ${NO_HELM}`,
    };
  }
  const version = chart.version === undefined ? [] : ['--version', chart.version];
  const values = chart.values.flatMap((file) => ['--values', file]);
  const { capabilities } = chart;
  const cluster =
    capabilities === undefined
      ? []
      : ['--kube-version', capabilities.kube_version, '--api-versions', capabilities.api_versions.join(',')];
  const where = [
    ...cluster,
    '--namespace',
    chart.namespace,
    ...version,
    ...values,
    '--include-crds',
    ...(chart.hooks === true ? [] : ['--no-hooks']),
  ];
  return run(helm, ['template', chart.release, chart.chart, ...where], chart.cwd);
}

async function run(program: string, args: readonly string[], cwd: string): Promise<Rendered> {
  const { execa } = await import('execa');
  const { PATH = '', HOME = '' } = process.env;
  const done = await execa(program, args, {
    cwd,
    env: { PATH, HOME, LANG: 'C' },
    extendEnv: false,
    stdin: 'ignore',
    timeout: 60_000,
    maxBuffer: 32_000_000,
    reject: false,
  });
  if (done.exitCode === 0) return { ok: true, text: done.stdout };
  return {
    ok: false,
    message: `${program} ${args[0]}: ${(done.stderr || done.shortMessage || 'failed').slice(0, 1000)}`,
  };
}
