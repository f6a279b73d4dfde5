import { readHealth } from '../health.ts';
import { type ClusterCall, clusterCall } from '../kubectl.ts';
import type { Path } from '../places.ts';
import { readRollback } from '../rollback.ts';
import type { ShellCall, ShellLine, World } from '../world.ts';
import { commandLines, type Subject, type Use } from './subject.ts';

/** Every command can be read, can be run here, stays with this deployment's cluster and namespaces, and proves what it claims to. */
export async function checkCommands(subject: Subject): Promise<void> {
  const { loaded, world, report, read } = subject;
  for (const { path, use, command, phase } of commandLines(loaded, (e) => readRollback(e).kind === 'command')) {
    const error = (message: string) => report.error(path, message);
    if (use === 'health') {
      const target = readHealth(command);
      if (target?.kind === 'unreadable') error(target.why);
      continue;
    }
    const line = read(command);
    for (const found of line.problems) error(`column ${found.column} of the command: ${found.message}`);
    for (const program of line.programs) {
      if (!(await world.programExists(program))) error(`there is no program "${program}" on this machine`);
    }
    for (const call of line.calls) {
      environment(call, error);
      const cluster = clusterCall(call);
      if (cluster === undefined) continue;
      target(cluster, world, error);
      await sources(cluster, world, use, error);
      if (use === 'apply' && phase !== undefined) bypass(cluster, subject, phase, path);
    }
    if (use === 'validation') proof(line, path, subject);
  }
}

const REDIRECTING =
  /^(KUBECONFIG|KUBE_.*|KUBERNETES_.*|HELM_KUBE.*|HELM_NAMESPACE|HOME|PATH|LD_.*|BASH_ENV|ENV|INFRAGATE_.*)$/;

/** `KUBECONFIG=other kubectl …`, also by export or unset. */
function environment(call: ShellCall, error: (message: string) => void): void {
  const exported = /^(export|declare|typeset|local|readonly|unset)$/.test(call.program ?? '')
    ? call.args.map((a) => a.text.split('=')[0] ?? '')
    : [];
  for (const name of [...call.assignments.map((a) => a.name), ...exported]) {
    if (REDIRECTING.test(name)) error(`it sets ${name}: the deployment's own kubeconfig and programs are used`);
  }
}

function target(call: ClusterCall, world: World, error: (message: string) => void): void {
  for (const context of call.contexts) {
    if (context === undefined) error('which context it means is only known when it runs');
    else if (context !== world.context) error(`it names another context, "${context}"; leave the option out`);
  }
  for (const option of call.elsewhere) error(`${option} may lead to another cluster or identity; leave it out`);
  if (call.all_namespaces) error('it looks at all namespaces; the deployment has its own');
  const named = /^(get|describe|delete|edit|patch|label|annotate|wait|create namespace|create ns)$/.test(call.verb)
    ? namespacesNamed(call)
    : [];
  for (const namespace of [...call.namespaces, ...named]) {
    if (namespace === undefined) error('which namespace it means is only known when it runs');
    else if (!world.namespaces.includes(namespace)) error(`it names another namespace, "${namespace}"`);
  }
  if (/^(login|logout|project|new-project|config (use|set|delete|rename|unset).*)$/.test(call.verb)) {
    error(`"${call.verb}" changes which cluster or namespace commands go to`);
  }
}

/** `delete namespace x`, `get ns/x`. */
function namespacesNamed(call: ClusterCall): string[] {
  const isNamespace = (word: string) => /^(ns|namespaces?|projects?)$/.test(word.split('.')[0] ?? '');
  const slashed = call.operands.flatMap((word) => {
    const [kind = '', name] = word.split('/');
    return name !== undefined && isNamespace(kind) ? [name] : [];
  });
  const [first = '', ...names] = call.operands;
  if (call.verb.startsWith('create n')) return call.operands.slice(0, 1);
  return isNamespace(first) ? [...slashed, ...names.filter((n) => !n.includes('/'))] : slashed;
}

const REMOTE = /^[a-z][a-z0-9+.-]*:\/\/|^git@|^github\.com\//i;

async function sources(call: ClusterCall, world: World, use: Use, error: (message: string) => void): Promise<void> {
  if (call.tool === 'kubectl' && call.verb === 'logs') return; // there -f is --follow
  for (const source of [...call.filenames, ...call.kustomize]) {
    if (REMOTE.test(source)) error(`${source} is remote: what it holds can change after the approval`);
    else if (source !== '-' && !/[*?[{$]/.test(source) && (await world.files.kind(source)) === undefined) {
      error(`there is no ${source}${use === 'rollback' ? ': the rollback would fail' : ''}`);
    }
  }
}

/** With an image in their options or their operands. */
const BRINGS_IMAGE = /^(run|debug|set image|create (deployment|deploy|job|cronjob|cj))$/;

/** Objects put in by a command are not checked, drift-watched or undone. */
function bypass(call: ClusterCall, { loaded, report }: Subject, phase: number, path: Path): void {
  const plan = loaded.plan.phases[phase];
  if (call.tool === 'kubectl' && /^(apply|create|replace)$/.test(call.verb) && call.effect === 'writes') {
    report.error(path, 'list what it applies under resources: there it is checked, watched and undone');
  }
  if (call.tool === 'kubectl' && call.effect === 'writes' && BRINGS_IMAGE.test(call.verb) && call.images.length > 0) {
    report.error(
      path,
      `"kubectl ${call.verb}" brings an image that nobody looked at; list what it makes under resources`,
    );
  }
  if (
    call.tool === 'helm' &&
    /^(install|upgrade)$/.test(call.verb) &&
    !plan?.resources.some((r) => r.kind === 'chart')
  ) {
    report.error(
      path,
      'list the chart under resources ({chart, release, version, values}), so that what it installs is checked',
    );
  }
}

const DESTRUCTIVE: ReadonlySet<string> = new Set([
  'rm',
  'mv',
  'dd',
  'shred',
  'truncate',
  'chmod',
  'chown',
  'ln',
  'install',
  'kill',
  'pkill',
  'killall',
  'reboot',
  'shutdown',
  'terraform',
  'ansible-playbook',
  'crictl',
  'nerdctl',
]); // prettier-ignore
const OTHER_WRITES =
  /^(argocd app (sync|delete|set|create|patch|rollback)|flux (reconcile|suspend|resume|delete|create|install|bootstrap)|istioctl (install|uninstall)|git (push|commit|reset|checkout|clean|rebase|merge)|docker (run|push|rm|build|exec)|podman (run|push|rm|build|exec)|skopeo (copy|delete)|kustomize edit)/;

const DECODES = /base64\s+(-d|-D|--decode)|base64decode|@base64d/;

/** A validation looks and changes nothing, and its exit status says something. */
function proof(line: ShellLine, path: Path, { report }: Subject): void {
  const error = (message: string) => report.error(path, message);
  for (const call of line.calls) {
    const cluster = clusterCall(call);
    const program = call.program?.split('/').at(-1) ?? '';
    if (cluster?.effect === 'writes')
      error(`"${cluster.tool} ${cluster.verb}" changes the cluster; a validation only looks`);
    if (cluster?.effect === 'unknown') error(`what this call of ${cluster.tool} does can't be read`);
    if (cluster?.effect === 'inside')
      report.note(path, `what "${cluster.verb}" does in the container can't be read from here`);
    if (cluster?.verb === 'get' && /^secrets?(\/|$)/.test(cluster.operands[0] ?? '') && DECODES.test(line.text)) {
      report.note(path, "it decodes a Secret's value; make sure that it isn't printed");
    }
    if (cluster?.endless === true) report.note(path, 'it does not end by itself, and will be ended at the time limit');
    const words = [program, ...call.args.filter((a) => !a.text.startsWith('-')).map((a) => a.value ?? a.text)].join(
      ' ',
    );
    if (DESTRUCTIVE.has(program) || OTHER_WRITES.test(words))
      error(`"${words.slice(0, 60)}" changes things; a validation only looks`);
    if (
      program === 'curl' &&
      /(^| )(-X|--request)[ =]?(DELETE|PUT|PATCH|POST)/.test(call.args.map((a) => a.text).join(' '))
    ) {
      report.note(path, 'it sends a request that may change something');
    }
    if (program === 'trap') error('a trap can replace the exit status');
  }
  if (line.never_fails !== undefined) error(`it can't fail: ${line.never_fails}`);
  const nothing = line.calls.map((call) => clusterCall(call)?.asks_nothing);
  if (nothing[0] !== undefined && !nothing.includes(undefined)) error(`it proves nothing: ${nothing[0]}`);
  if (line.hides_status !== undefined) {
    const message = `its exit status is that of "${line.hides_status}", whatever comes before; end in what judges (grep -q, test, jq -e)`;
    if (/^(cat|tee)$/.test(line.hides_status)) error(message);
    else report.note(path, message);
  }
  for (const { operator, target: to } of line.redirects) {
    if (/^(>|>>|>\||&>|&>>)$/.test(operator) && to !== '/dev/null' && to !== '/dev/stderr') {
      report.note(path, `it writes to ${to ?? 'a file'}`);
    }
  }
}
