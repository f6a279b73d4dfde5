import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { z } from 'zod';

/** What the scripts ask about: the same as the reality check is asked. */
export type Questions = {
  readonly kubectl: string;
  readonly kubeconfig: string;
  readonly folder: string;
  readonly namespace: string;
  readonly registry: string;
  readonly groups: readonly string[];
  /** NAME:TAG */
  readonly images: readonly string[];
  readonly operators: readonly string[];
  /** Files: a manifest each, and the Pod of those that make one. */
  readonly manifests: readonly string[];
  readonly pods: readonly string[];
};

export type Figures = { readonly ms: number; readonly characters: number };

type Work = () => Promise<unknown>;
const ACCEPT = 'Accept: application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json';
const MIRRORS = ['imagedigestmirrorsets', 'imagetagmirrorsets', 'images', 'clusterimagepolicies', 'imagepolicies'].map(
  (kind) => `${kind}.config.openshift.io`,
);
const OLM = ['subscriptions', 'clusterserviceversions', 'installplans', 'catalogsources', 'operatorgroups'].map(
  (kind) => `${kind}.operators.coreos.com`,
);
const WEBHOOKS = 'validatingwebhookconfigurations,mutatingwebhookconfigurations';
const DRY_RUN = ['--dry-run=server', '--validate=strict'];
const manifestOf = z.object({ config: z.object({ digest: z.string() }) });

function tools({ kubectl: program, kubeconfig, folder, namespace, registry }: Questions) {
  let characters = 0;
  // Not the synchronous form: the slow lines run in this very process.
  const shell = (file: string, args: readonly string[]) =>
    new Promise<string>((done) => {
      execFile(file, [...args], { maxBuffer: 1 << 28 }, (_error, stdout, stderr) => {
        characters += stdout.length + stderr.length;
        done(stdout);
      });
    });
  const base = ['--kubeconfig', kubeconfig, '--cache-dir', join(folder, 'cache'), '-n', namespace];
  return {
    kubectl: (...args: string[]) => shell(program, [...base, ...args]),
    curl: (paths: readonly string[], ...args: string[]) =>
      shell('curl', ['-sS', ...args, ...paths.map((path) => `http://${registry}/v2/${path}`)]),
    characters: () => characters,
  };
}

const manifestPath = (image: string): string => {
  const [name, tag] = image.split(':');
  return `${name}/manifests/${tag}`;
};
const blobPath = (image: string, manifest: string): string =>
  `${image.split(':')[0]}/blobs/${manifestOf.parse(JSON.parse(manifest)).config.digest}`;

/** Each item's own commands. Nothing is asked that the reality check doesn't answer, too. */
function itemByItem(q: Questions, { kubectl, curl }: ReturnType<typeof tools>): Work[] {
  const image = (one: string) => async () => {
    const manifest = await curl([manifestPath(one)], '-H', ACCEPT);
    await curl([blobPath(one, manifest)]); // the architecture is in the config
  };
  const operator = (name: string): Work[] => [
    () => kubectl('get', OLM.join(','), '-A'),
    () => kubectl('get', 'packagemanifests.packages.operators.coreos.com', name),
    () => kubectl('get', 'clusterextensions.olm.operatorframework.io', name),
    () => kubectl('get', 'clusteroperators', name),
    () => kubectl('get', 'crd', '-o', 'name'),
    () => kubectl('get', 'deployments', '-A'),
    () => kubectl('get', WEBHOOKS, '-o', 'name'),
  ];
  return [
    () => kubectl('auth', 'whoami', '-o', 'jsonpath={.status.userInfo.username}'),
    ...q.groups.map((group) => () => kubectl('api-resources', `--api-group=${group}`)),
    () => kubectl('get', 'nodes', '-o', 'jsonpath={.items[*].status.nodeInfo.architecture}'),
    () => kubectl('get', 'serviceaccount', 'default', '-o', 'jsonpath={.imagePullSecrets}'),
    () => kubectl('get', 'secret', 'pull-secret', '-n', 'openshift-config', '-o', 'name'),
    ...[...MIRRORS, 'imagecontentsourcepolicies.operator.openshift.io'].map((kind) => () => kubectl('get', kind)),
    ...q.images.map(image),
    ...q.operators.flatMap(operator),
    () => kubectl('get', 'resourcequotas,limitranges'),
    ...q.manifests.map((file) => () => kubectl('apply', ...DRY_RUN, '-f', file)),
    ...q.pods.map((file) => () => kubectl('create', ...DRY_RUN, '-f', file)),
  ];
}

/** As few commands as kubectl and curl allow: lists in place of items, one connection for all images. */
function batched(q: Questions, { kubectl, curl }: ReturnType<typeof tools>): Work[] {
  const mirrors = [...MIRRORS, 'imagecontentsourcepolicies.operator.openshift.io'].join(',');
  return [
    () => kubectl('auth', 'whoami', '-o', 'jsonpath={.status.userInfo.username}'),
    () => kubectl('api-resources'),
    () => kubectl('get', 'nodes', '-o', 'jsonpath={.items[*].status.nodeInfo.architecture}'),
    () => kubectl('get', 'serviceaccount', 'default', '-o', 'jsonpath={.imagePullSecrets}'),
    () => kubectl('get', 'secret', 'pull-secret', '-n', 'openshift-config', '-o', 'name'),
    () => kubectl('get', mirrors),
    async () => {
      const separated = ['-H', ACCEPT, '-w', '\\n====\\n'];
      const manifests = (await curl(q.images.map(manifestPath), ...separated)).split('\n====\n');
      await curl(q.images.map((image, i) => blobPath(image, manifests[i] ?? '')));
    },
    () => kubectl('get', OLM.join(','), '-A'),
    () => kubectl('get', 'packagemanifests.packages.operators.coreos.com', ...q.operators),
    () => kubectl('get', 'clusterextensions.olm.operatorframework.io', ...q.operators),
    () => kubectl('get', 'clusteroperators', ...q.operators),
    () => kubectl('get', `customresourcedefinitions,${WEBHOOKS}`, '-o', 'name'),
    () => kubectl('get', 'deployments', '-A'),
    () => kubectl('get', 'resourcequotas,limitranges'),
    () => kubectl('apply', ...DRY_RUN, ...q.manifests.flatMap((file) => ['-f', file])),
    () => kubectl('create', ...DRY_RUN, ...q.pods.flatMap((file) => ['-f', file])),
  ];
}

/** So many at once, as `xargs -P` starts them. */
async function inTurn(work: readonly Work[], atOnce: number): Promise<void> {
  const left = [...work];
  const worker = async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) await next();
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

const SCRIPTS = {
  'kubectl, item by item': [itemByItem, 1],
  'kubectl, batched': [batched, 1],
  'kubectl, item by item, xargs -P 8': [itemByItem, 8],
} as const;

export type Script = keyof typeof SCRIPTS;
export const scriptNames: readonly Script[] = [
  'kubectl, batched',
  'kubectl, item by item, xargs -P 8',
  'kubectl, item by item',
];

export async function script(name: Script, questions: Questions): Promise<Figures> {
  const [make, atOnce] = SCRIPTS[name];
  const used = tools(questions);
  const began = performance.now();
  await inTurn(make(questions, used), atOnce);
  return { ms: performance.now() - began, characters: used.characters() };
}
