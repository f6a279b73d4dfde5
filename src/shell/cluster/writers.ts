import { hasAny, lastOf, readFlags, textOf, valuesOf } from '../flags.ts';
import { isKnown, UNKNOWN, type Words, words } from '../text.ts';
import { isDryRun } from './call.ts';
import { KUBECTL_VALUE_FLAGS } from './flags.ts';
import { firstDecides } from './plugins.ts';
import type { ClusterWrite } from './write.ts';

/**
 * Tools that write to a cluster on their own: the words that make them do it. Where one of plugins.ts's reading words comes
 * before them, or right after (`velero restore get`), they only look.
 */
const WRITERS: ReadonlyMap<string, Words> = new Map([
  ['helmfile', words('apply sync destroy delete charts')],
  ['skaffold', words('run dev deploy apply delete debug')],
  ['tilt', words('up down ci trigger enable disable')],
  ['flux', words('reconcile create delete suspend resume bootstrap install uninstall migrate')],
  ['flux-operator', words('install uninstall create delete suspend resume reconcile patch')],
  [
    'argocd',
    words(
      'sync delete set create rollback patch patch-resource delete-resource terminate-op unset add rm add-source remove-source edit run actions rotate-auth update import',
    ),
  ],
  ['argo', words('submit delete resume retry stop suspend terminate resubmit create update node')],
  ['kapp', words('deploy delete')],
  ['kctrl', words('install delete kick pause create update add unpause')],
  ['istioctl', words('install upgrade uninstall apply delete remove set init add-to-mesh remove-from-mesh')],
  ['cilium', words('install uninstall upgrade enable disable connect disconnect test set delete rotate-key')],
  ['operator-sdk', words('run cleanup install uninstall scorecard')],
  ['kn', words('create update delete apply patch import')],
  [
    'virtctl',
    words(
      'start stop restart migrate pause unpause reset soft-reboot addvolume removevolume image-upload expose memory-dump vmexport',
    ),
  ],
  ['velero', words('restore create delete install uninstall pause unpause set add remove backup schedule')],
  ['cmctl', words('approve deny renew create install uninstall migrate-api-version')],
  ['clusterctl', words('init move delete upgrade apply')],
  [
    'eksctl',
    words(
      'create delete update upgrade scale set enable associate disassociate drain register deregister install replace',
    ),
  ],
  ['okteto', words('deploy destroy up down create delete exec test sleep wake')],
  ['werf', words('converge dismiss apply')],
  ['tk', words('apply delete prune')],
  ['kubecfg', words('update delete')],
  ['garden', words('deploy delete cleanup dev run test sync')],
  ['devspace', words('deploy dev purge run enter reset sync cleanup')],
  ['ko', words('apply create delete run')],
  ['kpt', words('apply destroy migrate')],
  ['kluctl', words('deploy delete prune poke-images downscale')],
  ['porter', words('install upgrade uninstall invoke')],
  ['vela', words('up delete enable disable install uninstall apply upgrade rollback exec restart')],
  ['dapr', words('init uninstall upgrade annotate')],
  ['fission', words('create update delete apply destroy')],
  ['faas-cli', words('deploy up remove rm')],
  ['nuctl', words('deploy delete update create')],
  ['tkn', words('start delete cancel install create update downgrade upgrade reinstall')],
  ['kubeadm', words('init join reset apply upgrade')],
  [
    'talosctl',
    words('apply-config bootstrap reset reboot upgrade upgrade-k8s shutdown patch edit rollback apply rotate-ca'),
  ],
  ['odo', words('push deploy dev delete create run')],
  ['subctl', words('join deploy-broker uninstall unjoin benchmark verify upgrade')],
  ['consul-k8s', words('install uninstall upgrade')],
  ['kumactl', words('apply delete')],
  ['glooctl', words('install uninstall create delete add edit upgrade remove')],
  ['calicoctl', words('apply create replace delete patch label release run')],
  ['telepresence', words('install uninstall intercept replace wiretap ingest upgrade')],
  ['ct', words('install lint-and-install')],
  ['chainsaw', words('test')],
  ['kuttl', words('test')],
  ['sonobuoy', words('run delete')],
  ['zarf', words('deploy remove init destroy')],
  ['timoni', words('apply delete')],
  ['kompose', words('up down')],
  ['glasskube', words('install uninstall update bootstrap purge')],
  ['spin', words('deploy')],
  ['jx', words('install delete promote upgrade boot create')],
  ['minikube', words('enable disable')],
  ['terraform', words('apply destroy import taint untaint')],
  ['tofu', words('apply destroy import taint untaint')],
  ['terragrunt', words('apply destroy apply-all destroy-all import')],
  ['pulumi', words('up update destroy refresh import')],
  ['cdktf', words('deploy destroy')],
  ['rancher', words('install up delete')],
]);

/** What they keep on this machine. */
const LOCAL: ReadonlyMap<string, Words> = new Map([
  ['velero', words('client')],
  ['argocd', words('context login logout relogin')],
  ['flux', words('plugin')],
  ['okteto', words('context')],
]);

/** `add-policy`, `enable-sync-overrun`, `update-password`: a verb with what it is done to, in one word. */
const CHANGES_SOMETHING =
  /^(add|remove|delete|create|update|set|unset|reset|rotate|enable|disable|allow|deny|revoke|grant|approve)-[a-z]/;

/** Two words that say one thing: `argocd app actions run` writes, `argo cron` names what follows. */
const NOUNS_THAT_ARE_VERBS = words('restore backup schedule test run import actions upgrade install set debug');

/** Flags with which a tool prints or plans instead. */
const PRINTS = [
  '--help',
  '-h',
  '--dry-run',
  '--export',
  '--diff-run',
  '--client-dry-run',
  '--render-only',
  '--plan',
  '-detailed-exitcode',
];

export const isWriter = (program: string): boolean =>
  WRITERS.has(program) || program === 'helmsman' || program === 'ansible-playbook';

export function writerWrite(program: string, args: readonly string[]): ClusterWrite | undefined {
  const { flags, words: given } = readFlags(
    args,
    new Set([...KUBECTL_VALUE_FLAGS, '--environment', '-e', '-a', '--app', '--chdir']),
  );
  if (hasAny(flags, ...PRINTS) || isDryRun(flags)) return undefined;
  const found = program === 'helmsman' ? helmsman(args) : verbOf(program, given);
  if (found === undefined) return undefined;
  if (program === 'eksctl' && given[0] === 'create' && given[1] === 'cluster') return undefined;
  const last = lastOf(flags, '-n', '--namespace');
  return {
    what: `${program} ${found}`,
    namespaces: typeof last === 'string' ? [last] : [],
    everywhere: false,
    contexts: valuesOf(flags, '--context', '--kube-context', '--kubecontext').map((one) =>
      isKnown(one) ? one : UNKNOWN,
    ),
    objects: undefined,
  };
}

function helmsman(args: readonly string[]): string | undefined {
  return args.find((arg) => /^--?(apply|destroy)$/.test(arg));
}

function verbOf(program: string, given: readonly string[]): string | undefined {
  const writes = WRITERS.get(program);
  if (LOCAL.get(program)?.has(given[0] ?? '') === true) return undefined;
  const first = given.slice(0, 4);
  const changes = (word: string): boolean => writes !== undefined && (writes.has(word) || CHANGES_SOMETHING.test(word));
  const at = first.findIndex((word) => changes(word) || !isKnown(word));
  const verb = first[at];
  if (verb === undefined || !changes(verb)) return undefined;
  if (firstDecides(given.slice(0, at)) === 'reads') return undefined;
  const next = first[at + 1];
  const looks = NOUNS_THAT_ARE_VERBS.has(verb) && next !== undefined && firstDecides([next]) === 'reads';
  return looks ? undefined : verb;
}

/** Playbooks that name the modules that write to a cluster, or the tools. */
export const WRITES_IN_PLAYBOOK =
  /\b(kubernetes\.core\.|community\.kubernetes\.|redhat\.openshift\.|k8s(_\w+)?:|helm:|kubectl |helm |oc )/;

export const playbookOf = (args: readonly string[]): string | undefined => {
  const { flags, words: given } = readFlags(
    args,
    words(
      '-i --inventory -e --extra-vars -u --user -l --limit -t --tags --skip-tags -f --forks --vault-password-file --private-key',
    ),
  );
  if (
    hasAny(
      flags,
      '--check',
      '-C',
      '--syntax-check',
      '--list-tasks',
      '--list-hosts',
      '--list-tags',
      '--help',
      '-h',
      '--version',
    )
  )
    return undefined;
  return given[0] ?? textOf(flags, '--playbook');
};
