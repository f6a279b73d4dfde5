/**
 * The smallest document of a kind that shows something, and what it shows: a starting point for a bullet. Kinds that are
 * only stored show nothing by themselves; a Pod that uses them does.
 */
type Form = {
  /** Below `kind` and `metadata`, as YAML. */
  readonly body: string;
  readonly criterion: string;
  /** What a Pod beside it needs of it, as lines of the Pod's spec; undefined: no Pod is needed. */
  readonly pod?: string;
};

const RUNS = 'Pod reaches Running state';
const container = (image: string, indent: string): string =>
  `${indent}containers:\n${indent}  - name: try\n${indent}    image: ${JSON.stringify(image)}\n`;
const template = (image: string, more = ''): string =>
  `  template:\n    metadata: {labels: {try: bullet}}\n    spec:\n${more}${container(image, '      ')}`;
const SELECTOR = '  selector: {matchLabels: {try: bullet}}\n';

const workload = (image: string, criterion: string, more = ''): Form => ({
  body: `spec:\n${more}${SELECTOR}${template(image)}`,
  criterion,
});

const FORMS: Readonly<Record<string, (name: string, image: string) => Form>> = {
  'apps/v1/Deployment': (_, image) => workload(image, 'Deployment is Available'),
  'apps/v1/ReplicaSet': (_, image) => workload(image, 'all pods are ready'),
  'apps/v1/StatefulSet': (_, image) => workload(image, 'StatefulSet rolls out', '  serviceName: ""\n'),
  'apps/v1/DaemonSet': (_, image) => workload(image, 'DaemonSet is ready on all nodes'),
  'batch/v1/Job': (_, image) => ({
    body: `spec:\n${template(image, '      restartPolicy: Never\n')}`,
    criterion: RUNS,
  }),
  'batch/v1/CronJob': (_, image) => ({
    body: `spec:\n  schedule: "* * * * *"\n  jobTemplate:\n    spec:\n      template:\n        spec:\n          restartPolicy: Never\n${container(image, '          ')}`,
    criterion: RUNS,
  }),
  'v1/Service': () => ({
    body: 'spec:\n  selector: {try: bullet}\n  ports: [{port: 80}]\n',
    criterion: 'Service has endpoints',
    pod: '',
  }),
  'v1/PersistentVolumeClaim': (name) => ({
    body: 'spec:\n  accessModes: [ReadWriteOnce]\n  resources: {requests: {storage: 10Mi}}\n',
    criterion: 'PersistentVolumeClaim is Bound',
    pod: `  volumes: [{name: data, persistentVolumeClaim: {claimName: ${name}}}]\n`,
  }),
  'v1/ConfigMap': (name) => ({
    body: 'data: {TRY: bullet}\n',
    criterion: RUNS,
    pod: `  volumes: [{name: data, configMap: {name: ${name}}}]\n`,
  }),
  'v1/Secret': (name) => ({
    body: 'stringData: {TRY: bullet}\n',
    criterion: RUNS,
    pod: `  volumes: [{name: data, secret: {secretName: ${name}}}]\n`,
  }),
  // A Pod is refused as long as its account isn't there; a Deployment's Pods come later.
  'v1/ServiceAccount': (name, image) => ({
    body: `---\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: try-with-account\nspec:\n${SELECTOR}${template(image, `      serviceAccountName: ${name}\n`)}`,
    criterion: RUNS,
  }),
  'networking.k8s.io/v1/NetworkPolicy': () => ({
    body: 'spec:\n  podSelector: {matchLabels: {try: bullet}}\n  policyTypes: [Ingress]\n',
    criterion: RUNS,
    pod: '',
  }),
  'networking.k8s.io/v1/Ingress': (name) => ({
    body: `spec:\n  defaultBackend: {service: {name: ${name}, port: {number: 80}}}\n`,
    criterion: 'Ingress has an address',
  }),
  'route.openshift.io/v1/Route': (name) => ({
    body: `spec:\n  to: {kind: Service, name: ${name}}\n`,
    criterion: 'Route is admitted',
  }),
};

/** Kinds that a form is known of. */
export const FORMED: readonly string[] = ['v1/Pod', ...Object.keys(FORMS)];

export type BulletForm = { readonly documents: readonly string[]; readonly criteria: readonly string[] };

/** The documents for these APIs and images, and criteria that hold once they do what they are for. */
export function bulletForm(
  apis: readonly string[],
  images: readonly string[],
  available: readonly string[] = [],
): BulletForm {
  const image = images[0] ?? available[0] ?? '<an image that is in the cluster>';
  const forms = apis
    .filter((api) => api !== 'v1/Pod')
    .map((api) => {
      const name = `try-${(api.split('/').at(-1) ?? 'object').toLowerCase()}`;
      return { api, name, form: Object.hasOwn(FORMS, api) ? FORMS[api]?.(name, image) : undefined };
    });
  const beside = forms.flatMap(({ form }) => (form?.pod === undefined ? [] : [form.pod]));
  const carries = forms.some(({ form }) => form?.body.includes(JSON.stringify(image)) === true);
  const needsPod = beside.length > 0 || apis.includes('v1/Pod') || (images.length > 0 && !carries);
  const used = carries && !needsPod ? images.slice(1) : images;
  const tried = needsPod && used.length === 0 ? [image] : used;
  // One Pod an image: two in one Pod would want the same port.
  const pods = tried.map((one, n) => podOf(one, n, n === 0 ? beside : []));
  const documents = forms.map(({ api, name, form }) => document(api, name, form?.body ?? 'spec: {}\n'));
  const criteria = forms.map(({ api, form }) => form?.criterion ?? `${api.split('/').at(-1)} reaches Ready state`);
  return {
    documents: [...documents, ...pods],
    criteria: [...new Set([...(pods.length > 0 ? [RUNS] : []), ...criteria])],
  };
}

const document = (api: string, name: string, body: string): string => {
  const parts = api.split('/');
  return `apiVersion: ${parts.slice(0, -1).join('/')}\nkind: ${parts.at(-1)}\nmetadata:\n  name: ${name}\n${body}`;
};

/** A Pod of this image; what uses the other documents is merged into its spec. */
function podOf(image: string, nth: number, uses: readonly string[]): string {
  const volumes = uses.flatMap((use) => /volumes: \[([^[\n]*)\]\n/.exec(use)?.[1] ?? []);
  const named = volumes.map((volume, n) => volume.replace('{name: data', `{name: data-${n}`));
  return [
    `apiVersion: v1\nkind: Pod\nmetadata:\n  name: try-image${nth === 0 ? '' : `-${nth + 1}`}\n  labels: {try: bullet}\nspec:\n`,
    named.length === 0 ? '' : `  volumes: [${named.join(', ')}]\n`,
    container(image, '  '),
  ].join('');
}
