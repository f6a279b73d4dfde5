import { isKnown, TAKES_WORDS } from '../../shell/index.ts';
import { type ClusterCall, clusterCall } from '../kubectl.ts';
import type { Path } from '../places.ts';
import type { ShellCall, ShellLine } from '../world.ts';
import type { Subject } from './subject.ts';

/** A rollback takes something back, and not everything. */
export function checkUndoes(line: ShellLine, path: Path, { report }: Subject): void {
  const error = (message: string) => report.error(path, message);
  if (line.calls.length > 0 && line.problems.length === 0 && line.calls.every(doesNothing))
    error(
      'it changes nothing, so it takes nothing back; write what undoes the phase, "undo", or "keep Kind/name: why"',
    );
  else if (/\|\|\s*(true|:)\s*$/.test(line.text.trim()))
    error('"|| true" hides that it failed; "kubectl delete --ignore-not-found" ends well where nothing is left');
  for (const call of line.calls) {
    const too = takesTooMuch(call);
    if (too !== undefined) error(too);
  }
}

/** No name, no file, no selector: `kubectl get deploy -o name | xargs kubectl delete`, `helm list -q | xargs helm uninstall`. */
function deletesWhatIsListed({ tool, verb, effect, operands, filenames, kustomize, selectors }: ClusterCall): boolean {
  if (effect !== 'writes' || filenames.length + kustomize.length + selectors.length > 0) return false;
  if (tool === 'helm') return /^(uninstall|delete|del|un)$/.test(verb) && operands.length === 0;
  return verb === 'delete' && operands.length < 2 && !operands.some((one) => one.includes('/'));
}

/** Reads, dry runs, and programs that only print or wait. */
function doesNothing(call: ShellCall): boolean {
  const cluster = clusterCall(call);
  if (cluster !== undefined) return cluster.effect === 'reads' || cluster.effect === 'dry-run';
  const program = call.program?.split('/').at(-1) ?? '';
  if (SHELL.test(program)) return NOTHING.test((call.args.at(-1)?.value ?? '').replace(/\s+/g, ' ').trim());
  return program === '' || program === 'true' || program === ':' || (QUIET.test(program) && TAKES_WORDS.has(program));
}

const SHELL = /^(ba|da|k|z|a)?sh$/;
/** Of a line whose spaces are one each. */
const NOTHING = /^(?:(?:true|:|exit(?: 0)?|sleep \d+\w?) ?;?|echo\b[^;&|`$]*;?)$/;

const QUIET =
  /^(echo|printf|cat|grep|egrep|jq|yq|head|tail|ls|sleep|date|wc|test|\[|true|false|:|sort|cut|awk|sed|tr|exit|return)$/;

function takesTooMuch(call: ShellCall): string | undefined {
  const cluster = clusterCall(call);
  const args = call.args.map((arg) => arg.value ?? arg.text);
  if (cluster?.verb === 'delete' && cluster.effect === 'writes' && cluster.every)
    return `it deletes every ${cluster.operands[0] ?? 'object'} of the namespace, also what this plan did not make; name the objects, or select them by a label (-l)`;
  if (cluster !== undefined && deletesWhatIsListed(cluster))
    return `which objects "${cluster.tool} ${cluster.verb}" deletes is only known when it runs; name them, or select them by a label (-l)`;
  if (call.program?.split('/').at(-1) !== 'rm') return undefined;
  const root = args.find(
    (arg) =>
      /^"?\$\{?(HOME|PWD|OLDPWD|GITHUB_WORKSPACE)\}?"?\/?\*?$|^"?\$\{?\w+\}?"?\/\*?$/.test(arg) ||
      (isKnown(arg) && /^(\/+\*?|~\/?\*?|\/(etc|usr|var|home|bin|lib|root|opt|boot|srv)\/?\*?|\.\.?\/?|\*)$/.test(arg)),
  );
  return root === undefined ? undefined : `"rm" of ${root} deletes what this plan did not make`;
}
