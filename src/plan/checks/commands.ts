import { changesTarget } from '../../shell/index.ts';
import { readHealth } from '../health.ts';
import { type ClusterCall, clusterCall } from '../kubectl.ts';
import type { Path } from '../places.ts';
import { readRollback } from '../rollback.ts';
import type { ShellCall, World } from '../world.ts';
import { checkProof } from './proof.ts';
import { commandLines, type Subject, type Use } from './subject.ts';
import { checkUndoes } from './undoes.ts';

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
    const set = [...line.sets, ...line.calls.flatMap((call) => call.assignments.map(({ name }) => name))];
    for (const name of new Set(set.filter((one) => REDIRECTING.test(one))))
      error(`it sets ${name}: the deployment's own kubeconfig and programs are used`);
    for (const call of line.calls) {
      const cluster = clusterCall(call);
      if (cluster === undefined) continue;
      target(cluster, world, error);
      rawAddress(call, cluster.verb, world, error);
      await sources(cluster, world, use, error);
      if (use === 'apply' && phase !== undefined) bypass(cluster, subject, phase, path);
    }
    if (use === 'validation') checkProof(line, path, subject);
    if (use === 'rollback') checkUndoes(line, path, subject);
  }
}

/** Variables that lead to another cluster or make a program start another one, however they are set. */
const REDIRECTING =
  /^(KUBECONFIG|KUBE_.*|KUBECTL_.*|KUBERNETES_.*|HELM_KUBE.*|HELM_NAMESPACE|HELM_PLUGINS|HOME|PATH|LD_.*|BASH_ENV|ENV|SHELL|EDITOR|VISUAL|PAGER|GIT_.*|NODE_OPTIONS|PYTHON(PATH|STARTUP)|PERL5(LIB|OPT)|RUBYOPT|INFRAGATE_.*)$/;

function target(call: ClusterCall, world: World, error: (message: string) => void): void {
  for (const context of call.contexts) {
    if (context === undefined) error('which context it means is only known when it runs');
    else if (context !== world.context) error(`it names another context, "${context}"; leave the option out`);
  }
  // Asking what another identity may do changes nothing, and is asked as that identity.
  const asks = call.verb === 'auth can-i' || call.verb === 'policy can-i';
  for (const option of call.elsewhere.filter((one) => !(asks && one.startsWith('--as'))))
    error(`${option} may lead to another cluster or identity; leave it out`);
  if (call.all_namespaces) error('it looks at all namespaces; the deployment has its own');
  const named = /^(get|describe|delete|edit|patch|label|annotate|wait|create namespace|create ns)$/.test(call.verb)
    ? namespacesNamed(call)
    : [];
  for (const namespace of [...call.namespaces, ...named]) {
    if (namespace === undefined) error('which namespace it means is only known when it runs');
    else if (!world.namespaces.includes(namespace)) error(`it names another namespace, "${namespace}"`);
  }
  if (changesTarget(call)) {
    error(`"${call.verb}" changes which cluster or namespace commands go to`);
  }
}

/** Verbs whose `--raw` names an address; `config view --raw` shows the file as it is. */
const RAW_ADDRESS = new Set(['get', 'create', 'replace', 'delete']);

/** `kubectl get --raw /api/v1/namespaces/x/secrets`: an address instead of kind and namespace. */
function rawAddress(call: ShellCall, verb: string, world: World, error: (message: string) => void): void {
  if (!RAW_ADDRESS.has(verb)) return;
  for (const [index, { text, value }] of call.args.entries()) {
    const address = text === '--raw' ? call.args[index + 1]?.value : value?.startsWith('--raw=') ? value.slice(6) : '';
    if (text !== '--raw' && !text.startsWith('--raw=')) continue;
    if (address === undefined) error('which address --raw asks is only known when it runs');
    const path = /^\/*(?:api\/[^/?]+|apis\/[^/?]+\/[^/?]+)\/([^/?]+)(?:\/([^/?]+))?/.exec(address ?? '');
    if (path === null) continue;
    const [, first = '', second] = path;
    if (first === 'namespaces' && second !== undefined) {
      if (!world.namespaces.includes(second)) error(`--raw names another namespace, "${second}"`);
    } else if (!CLUSTER_WIDE.test(first))
      error(`--raw asks for ${first} of all namespaces; the deployment has its own`);
  }
}

/** Built-in resources that have no namespace. */
const CLUSTER_WIDE =
  /^(nodes?|namespaces|persistentvolumes|componentstatuses|storageclasses|csinodes|csidrivers|ingressclasses|priorityclasses|runtimeclasses|clusterroles|clusterrolebindings|customresourcedefinitions|apiservices|.*webhookconfigurations|(?=.*admissionpolic).*|clusterversions|clusteroperators|certificatesigningrequests)$/;

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
