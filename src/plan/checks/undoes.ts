import { isKnown, TAKES_WORDS } from '../../shell/index.ts';
import { clusterCall } from '../kubectl.ts';
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

/** Reads, dry runs, and programs that only print or wait. */
function doesNothing(call: ShellCall): boolean {
  const cluster = clusterCall(call);
  if (cluster !== undefined) return cluster.effect === 'reads' || cluster.effect === 'dry-run';
  const program = call.program?.split('/').at(-1) ?? '';
  return program === '' || program === 'true' || program === ':' || (QUIET.test(program) && TAKES_WORDS.has(program));
}

const QUIET =
  /^(echo|printf|cat|grep|egrep|jq|yq|head|tail|ls|sleep|date|wc|test|\[|true|false|:|sort|cut|awk|sed|tr|exit|return)$/;

function takesTooMuch(call: ShellCall): string | undefined {
  const cluster = clusterCall(call);
  const args = call.args.map((arg) => arg.value ?? '');
  if (cluster?.verb === 'delete' && cluster.effect === 'writes' && cluster.every)
    return `it deletes every ${cluster.operands[0] ?? 'object'} of the namespace, also what this plan did not make; name the objects, or select them by a label (-l)`;
  if (call.program?.split('/').at(-1) !== 'rm') return undefined;
  const root = args.find(
    (arg) =>
      isKnown(arg) && /^(\/+\*?|~\/?\*?|\/(etc|usr|var|home|bin|lib|root|opt|boot|srv)\/?\*?|\.\.?\/?|\*)$/.test(arg),
  );
  return root === undefined ? undefined : `"rm" of ${root} deletes what this plan did not make`;
}
