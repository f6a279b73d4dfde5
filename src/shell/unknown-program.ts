import { clusterTool } from './cluster/call.ts';
import { KUBECTL_VALUE_FLAGS } from './cluster/flags.ts';
import { hasAny, readFlags } from './flags.ts';
import { isBuiltInKind } from './kinds.ts';
import { baseName, isKnown, UNKNOWN, words } from './text.ts';

/** Programs that a variable is often named after. */
const NAMED = words(
  'npm pnpm yarn npx bun node nodejs deno python python3 pip pip3 docker podman nerdctl go cargo make gmake git gh curl wget ssh bash sh sudo env ' +
    'helm oc kubectl infragate jq yq sed awk grep find terraform tofu tar cat echo java mvn gradle rake ruby perl php composer',
);

/**
 * The program behind a name of which a part isn't known: its base name, where that is known (`$VENV/bin/pip`), else the
 * variable's own name where it says so (`"$NPM"`, `$KUBECTL_BIN`).
 */
export function hintOf(name: string): string | undefined {
  const base = baseName(name);
  if (isKnown(base) && name.includes('/')) return base;
  const variable = new RegExp(`^${UNKNOWN}\\$(\\w+)$`).exec(name)?.[1]?.toLowerCase();
  if (variable === undefined) return undefined;
  const plain = variable.replace(/^(my|the)_|_?(cmd|bin|path|exe|cli|command|binary|tool|program)$/g, '');
  if (variable === 'k8s_cli' || variable === 'kube' || variable === 'kc') return 'kubectl';
  return [variable, plain].find((one) => NAMED.has(one) || clusterTool(one) !== undefined);
}

/** Whether the arguments of a program that isn't known are those of a tool that writes to a cluster. */
export function maybeWrites(args: readonly string[]): boolean {
  const { flags, words: given, rest } = readFlags(args, KUBECTL_VALUE_FLAGS);
  const [verb = '', second = ''] = given;
  const hasFiles = hasAny(flags, '-f', '--filename', '-k', '--kustomize');
  const namesKind = isBuiltInKind(second.split(/[/,]/)[0] ?? '') || (second !== '' && !isKnown(second));
  switch (verb) {
    case 'apply':
    case 'replace':
      return hasFiles;
    case 'create':
    case 'delete':
    case 'patch':
    case 'edit':
    case 'label':
    case 'annotate':
    case 'scale':
    case 'autoscale':
    case 'expose':
      return hasFiles || namesKind;
    case 'rollout':
      return /^(restart|undo|pause|resume|latest)$/.test(second);
    case 'set':
      return /^(image|env|resources|selector|serviceaccount|subject|volume)$/.test(second);
    case 'drain':
    case 'cordon':
    case 'uncordon':
    case 'taint':
      return second !== '';
    case 'run':
      return hasAny(flags, '--image');
    case 'exec':
      return rest !== undefined;
    case 'install':
    case 'upgrade':
    case 'uninstall':
    case 'rollback':
      return hasAny(
        flags,
        '-n',
        '--namespace',
        '--values',
        '--set',
        '--install',
        '--create-namespace',
        '--kube-context',
        '--atomic',
      );
    case 'approve':
    case 'waive':
    case 'abandon':
    case 'operator':
      return given.length <= 2;
    default:
      return false;
  }
}
