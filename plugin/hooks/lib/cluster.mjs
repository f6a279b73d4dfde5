import { hasAny, lastOf, readFlags } from './flags.mjs';
import { isClusterWide, isNamespaceKind, kindOf } from './kinds.mjs';
import { objectsInFile } from './manifest.mjs';
import { isKnown } from './text.mjs';

/**
 * What one call of kubectl, oc or helm does. In: its arguments; out: nothing for a read, a dry run, or something local,
 * else a Write:
 *
 *   { what: 'kubectl apply', namespace: string | undefined, everywhere: boolean, touches: ['deployment/web'] | undefined }
 *
 * `namespace` undefined: none was named, so it depends on the context. `everywhere`: it changes things that belong to no
 * namespace, or all of them. `touches` undefined: which objects it changes can't be told from the command line.
 * A verb that isn't known here counts as a write.
 */

const VALUE_FLAGS = new Set(
  (
    '-n --namespace --context --cluster --user --kubeconfig -s --server --token --as --as-group --as-uid --as-user-extra ' +
    '--certificate-authority --client-certificate --client-key --request-timeout --tls-server-name --cache-dir --username ' +
    '--password -v --v --vmodule --profile --profile-output --log-file --log-dir --kuberc ' +
    '-f --filename -k --kustomize -l --selector --field-selector -o --output -p --patch --patch-file --type --image --port ' +
    '--target-port --name --replicas --current-replicas --timeout --grace-period --cascade --to-revision --revision -c ' +
    '--container --from-literal --from-file --from-env-file --field-manager --template --sort-by -L --label-columns ' +
    '--overrides --override-type --env -e --labels --annotations --command-file --verb --resource --resource-name ' +
    '--clusterrole --role --serviceaccount --group --subresource --for --tail --since --since-time --limits --requests ' +
    '--hard --scopes --min --max --cpu --cpu-percent --memory --protocol --external-ip --load-balancer-ip --session-affinity ' +
    '--schedule --restart --duration --audience --bound-object-kind --bound-object-name --cert --key --docker-server ' +
    '--docker-username --docker-password --docker-email --max-log-requests --pod-running-timeout --chunk-size --raw ' +
    '--prune-allowlist --keys --dest-namespace --class --rule --default-backend --description --value --tcp --node-port ' +
    '--clusterip --local-port --param --param-file --image-stream --docker-image --strategy --context-dir --source-image ' +
    '--to --from --from-build --from-dir --from-repo --wait-for --concurrency --period --to-user -z --rolebinding-name ' +
    // helm
    '--values --set --set-string --set-file --set-json --set-literal --version --repo --kube-context --kube-token ' +
    '--kube-as-user --kube-as-group --kube-apiserver --kube-ca-file --kubeconfig --registry-config --repository-config ' +
    '--repository-cache --history-max --post-renderer --post-renderer-args --keyring --burst-limit --qps --output-dir ' +
    '--name-template --max-history --username --password --ca-file --cert-file --key-file --history'
  ).split(' '),
);

const words = (text) => new Set(text.split(/\s+/));

const READ = words(
  'get describe logs log top explain api-resources api-versions version cluster-info config diff wait port-forward proxy ' +
    'kustomize completion options help events plugin attach ' +
    // oc
    'login logout whoami project projects status process extract image registry mirror get-token ' +
    // well-known plugins that only look or change local files
    'ctx ns krew neat tree view-secret who-can get-all stern tail images lineage sniff-none outdated score',
);

/** Of these only some do something: the words that follow which are reads. */
const READ_BELOW = {
  rollout: words('status history help'),
  auth: words('can-i whoami help'),
  certificate: words('help'),
  apply: words('view-last-applied'),
  serviceaccounts: words('get-token'),
  sa: words('get-token'),
  secrets: words('help'),
};

const OC_ADM_READ = words(
  'top inspect node-logs must-gather-none release catalog ocp-certificates wait-for-stable-cluster',
);
const OC_ADM_READ_BELOW = { policy: words('who-can scc-review scc-subject-review'), groups: words('help') };

/** What takes nodes, or everything, out of everybody's hands. */
const CLUSTER_WIDE_VERBS = words('cordon uncordon drain taint certificate');

const LOOKS_IN_CONTAINER = words(
  'ls cat env printenv id whoami ps df du head tail grep egrep find stat uname date hostname mount ss netstat echo printf pwd ' +
    'curl wget nslookup dig getent host ping nc pg_isready mysqladmin test [ true false wc sort uniq cut tr awk sed jq which ' +
    'command type readlink realpath md5sum sha256sum free uptime top nproc ip route ifconfig traceroute openssl java node ' +
    'python python3 nginx redis-cli psql mysql mariadb cd sleep exit set',
);
const SQL_WRITES =
  /^(-f|--file)|\b(insert|update|delete|drop|create|alter|truncate|grant|revoke|copy|call|do|vacuum|reindex|merge|set)\b/i;
/** Of those, the arguments with which they do change something. */
const CHANGES = {
  find: /^-(delete|exec|execdir|ok|okdir|fprint\w*)$/,
  sed: /^(-[a-zA-Z]*i|--in-place)/,
  curl: /^(-X|--request|-d|--data.*|-F|--form.*|-T|--upload-file|-o|-O|--output|-[a-zA-Z]*X.*)$/,
  wget: /^--(post|method|body)/,
  nginx: /^-s$/,
  'redis-cli': /^(set|del|unlink|flush\w*|config|shutdown|[hlzs](set|del|push|add|rem)\w*|expire|rename|eval)$/i,
  mysqladmin: /^(?!ping$|status$|version$|variables$|-)/,
  node: /^(?!--version$|-v$)/,
  python: /^(?!--version$|-V$)/,
  python3: /^(?!--version$|-V$)/,
  java: /^(?!-version$|--version$)/,
  psql: SQL_WRITES,
  mysql: SQL_WRITES,
  mariadb: SQL_WRITES,
  awk: /system\(|>/,
};

export function clusterCall(tool, args, context) {
  return tool === 'helm' ? helm(args) : kubectl(tool, args, context);
}

function kubectl(tool, args, context) {
  const { flags, words: positional, rest } = readFlags(args, VALUE_FLAGS);
  const [verb, ...after] = positional;
  if (verb === undefined || hasAny(flags, '--help', '-h')) return undefined;
  const namespace = lastOf(flags, '-n', '--namespace');
  const call = {
    what: `${tool} ${verb}${/^(rollout|set|auth|certificate)$/.test(verb) && after[0] !== undefined ? ` ${after[0]}` : ''}`,
    namespace: typeof namespace === 'string' ? namespace : undefined,
    everywhere: hasAny(flags, '-A', '--all-namespaces') || CLUSTER_WIDE_VERBS.has(verb),
    touches: undefined,
  };
  if (verb === 'adm' && tool === 'oc') return adm(call, after, flags);
  if (verb === 'exec' || verb === 'rsh') {
    const inner = rest ?? after.slice(1);
    return looksOnly(inner, context) ? undefined : call;
  }
  if (verb === 'cp' || verb === 'rsync') return isRemote(after.at(-1)) ? call : undefined;
  if (!isKnown(verb)) return { ...call, what: `${tool} with a verb that isn't known before it runs` };
  if (READ.has(verb)) return undefined;
  const below = READ_BELOW[verb];
  if (below?.has(after[0]) || (verb === 'rollout' && after[0] === undefined)) return undefined;
  if (isDry(flags) || isLocal(verb, flags)) return undefined;
  return aimed(call, verb, after, flags, context);
}

/** `oc adm …`: all of it is the cluster's, save what only looks. */
function adm(call, after, flags) {
  const [verb = '', below] = after;
  if (OC_ADM_READ.has(verb) || OC_ADM_READ_BELOW[verb]?.has(below) || isDry(flags)) return undefined;
  if (verb === 'upgrade' && after.length === 1 && !hasAny(flags, '--to', '--to-latest', '--to-image', '--clear'))
    return undefined;
  return { ...call, what: `oc adm ${verb}`, everywhere: true };
}

/** A dry run: the last --dry-run counts; a value that isn't known yet doesn't. */
function isDry(flags) {
  const value = lastOf(flags, '--dry-run');
  return value === true || value === 'client' || value === 'server' || value === 'true';
}

const isLocal = (verb, flags) =>
  (/^(set|label|annotate|patch)$/.test(verb) &&
    lastOf(flags, '--local') !== undefined &&
    flags.get('--local')?.at(-1) !== 'false') ||
  (/^(label|annotate)$/.test(verb) && hasAny(flags, '--list')) ||
  (verb === 'set' && hasAny(flags, '--list'));

const isRemote = (path) => path !== undefined && !/^([a-zA-Z]:\\|\.{0,2}\/)/.test(path) && path.includes(':');

/** Verbs whose objects follow after a word of their own: `rollout restart deploy/web`, `set image deploy/web …`. */
const TWO_WORDS = words('rollout set apply create auth secrets policy');
/** `create` and `new-project` name what will be there. */
const NAMES_WITHOUT_KIND = {
  run: 'pod',
  'new-project': 'namespace',
  'new-app': 'application',
  'new-build': 'buildconfig',
  tag: 'imagestream',
  'import-image': 'imagestream',
  'start-build': 'build',
};

function aimed(call, verb, after, flags, context) {
  const touches = [];
  const put = (kind, name) => touches.push(`${kind}/${name}`);
  let told = !hasAny(flags, '--all', '-l', '--selector', '--field-selector', '--prune', '-k', '--kustomize', '--raw');
  for (const file of [...(flags.get('-f') ?? []), ...(flags.get('--filename') ?? [])]) {
    const objects = typeof file === 'string' && verb !== 'logs' ? objectsInFile(file, context) : undefined;
    if (objects === undefined) told = false;
    else touches.push(...objects);
  }
  const named = TWO_WORDS.has(verb) && verb !== 'create' ? after.slice(1) : after;
  if (NAMES_WITHOUT_KIND[verb] !== undefined) {
    if (named[0] !== undefined) put(NAMES_WITHOUT_KIND[verb], named[0]);
  } else if (verb === 'create') {
    const [kind, ...more] = named;
    const name = ['secret', 'service', 'svc'].includes(kind) ? more[1] : more[0];
    if (kind !== undefined && name !== undefined) put(kindOf(kind), name);
  } else {
    let kinds = [];
    for (const word of named) {
      if (/^[\w.-]+\/[^=]+$/.test(word)) put(kindOf(word.split('/')[0]), word.split('/').slice(1).join('/'));
      else if (word.includes('=') || /^[\w./-]+-$/.test(word))
        continue; // a label, an image, an annotation
      else if (kinds.length === 0) kinds = word.split(',').map(kindOf);
      else for (const kind of kinds) put(kind, word);
    }
    if (kinds.includes('all') || (kinds.length > 0 && touches.length === 0)) told = false;
    if (kinds.some(isClusterWide)) return { ...call, everywhere: true };
    if (kinds.some(isNamespaceKind) && touches.length === 0) return { ...call, everywhere: true };
  }
  const kindsTouched = touches.map((one) => one.split('/')[0]);
  if (kindsTouched.some(isClusterWide)) return { ...call, everywhere: true };
  const spaces = touches.filter((one) => isNamespaceKind(one.split('/')[0]));
  const sure = told && touches.length > 0 && touches.every(isKnown);
  // A namespace is itself: what -n says about it doesn't matter.
  if (spaces.length > 0 && spaces.length === touches.length && told)
    return { ...call, touches, namespace: spaces.length === 1 ? spaces[0].split('/')[1] : undefined };
  return { ...call, touches: sure ? touches : undefined };
}

/** Whether a command run inside a container only looks: nothing that isn't on the list, no redirection to a file. */
function looksOnly(argv, context) {
  if (argv.length === 0 || !argv.every((word) => word !== undefined)) return false;
  let looks = true;
  context.walk(argv, (inner, io) => {
    const [name = '', ...rest] = inner;
    if (io.writes.some((path) => path !== '/dev/null') || !LOOKS_IN_CONTAINER.has(name.split('/').at(-1)))
      looks = false;
    if (CHANGES[name] !== undefined && rest.some((word) => CHANGES[name].test(word))) looks = false;
  });
  return looks;
}

const HELM_READ = words(
  'list ls status get history hist template show inspect search repo pull fetch push lint package dependency dep dependencies ' +
    'env version verify create plugin registry completion help diff dashboard schema-gen unittest',
);
const HELM_WRITE = words('install upgrade uninstall delete del un rollback test');

function helm(args) {
  const { flags, words: positional } = readFlags(args, VALUE_FLAGS);
  const isOwn = HELM_READ.has(positional[0]) || HELM_WRITE.has(positional[0]);
  // A plugin such as `helm secrets upgrade` runs the verb that follows.
  const [verb, ...after] = !isOwn && HELM_WRITE.has(positional[1]) ? positional.slice(1) : positional;
  if (verb === undefined || HELM_READ.has(verb) || hasAny(flags, '--help', '-h') || isDry(flags)) return undefined;
  const namespace = lastOf(flags, '-n', '--namespace');
  const releases =
    verb === 'uninstall' || verb === 'delete' || verb === 'un' || verb === 'del' ? after : after.slice(0, 1);
  return {
    what: isKnown(verb) ? `helm ${verb}` : "helm with a verb that isn't known before it runs",
    namespace: typeof namespace === 'string' ? namespace : undefined,
    everywhere: false,
    touches: releases.length > 0 && releases.every(isKnown) ? releases.map((name) => `release/${name}`) : undefined,
  };
}

/** Tools that write to a cluster on their own: the words that make them do it. */
export const OTHER_WRITERS = {
  helmfile: words('apply sync destroy delete charts'),
  skaffold: words('run dev deploy apply delete debug'),
  tilt: words('up down ci'),
  flux: words('reconcile create delete suspend resume bootstrap install uninstall'),
  argocd: words('sync delete set create rollback patch terminate-op unset add'),
  kapp: words('deploy delete'),
  istioctl: words('install upgrade uninstall'),
  'operator-sdk': words('run cleanup install uninstall'),
  kn: words('create update delete apply'),
  virtctl: words('start stop restart migrate create'),
  velero: words('restore create delete install uninstall'),
};

export function otherWriter(tool, args) {
  const { flags, words: positional } = readFlags(args, new Set([...VALUE_FLAGS, '--environment']));
  if (hasAny(flags, '--help', '-h') || isDry(flags) || hasAny(flags, '--dry-run')) return undefined;
  const verb = positional.slice(0, 2).find((word) => OTHER_WRITERS[tool].has(word));
  if (verb === undefined) return undefined;
  const namespace = lastOf(flags, '-n', '--namespace');
  return {
    what: `${tool} ${verb}`,
    namespace: typeof namespace === 'string' ? namespace : undefined,
    everywhere: false,
    touches: undefined,
  };
}

/** curl and the like, straight to the Kubernetes API. */
export function rawRequest(tool, args) {
  const url = args.find(
    (arg) => /\/apis?\/[^\s]*(namespaces|nodes|v\d)/.test(arg) && /^(https?:\/\/|localhost|[\w.-]+:\d+\/)/.test(arg),
  );
  if (url === undefined) return undefined;
  const method = args.flatMap((arg, i) => {
    if (/^(-X|--request|--method)$/.test(arg)) return [args[i + 1] ?? ''];
    const attached = /^(?:-[a-zA-Z]*X=?|--request=|--method=)(\w+)$/.exec(arg);
    return attached ? [attached[1]] : [];
  });
  const sends = args.some((arg) =>
    /^(-d|--data.*|-F|--form.*|-T|--upload-file|--json|--post-(data|file).*|--body-\w+.*)$/.test(arg),
  );
  const writes =
    method.length > 0
      ? !/^(GET|HEAD|OPTIONS)$/i.test(method.at(-1))
      : sends && !/\/(selfsubject|subject)access/.test(url);
  const namespace = /\/namespaces\/([^/?]+)/.exec(url)?.[1];
  if (!writes || !/:\d+\/api|kubernetes|\/apis?\/.*\/?namespaces\/|\/nodes\//.test(url)) return undefined;
  return {
    what: `${tool} ${method.at(-1) ?? 'POST'} to the Kubernetes API`,
    namespace,
    everywhere: namespace === undefined,
    touches: undefined,
  };
}
