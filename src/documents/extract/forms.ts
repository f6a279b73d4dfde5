// YAML that is neither a manifest nor a compose file: whether it is a chart's values, or something that no rule reads.

import type { PartKind } from '../document.ts';
import { COMPOSE_TOP } from './compose.ts';
import { isJson, type Json, listOf, type Path, type Unread, type YamlDocument } from './yaml.ts';

/** A form of YAML that deploys something in a way that no rule reads: where that shows, and what to pass instead. */
type Form = {
  readonly because: string;
  at(value: Json): Path | undefined;
  /** Repositories have such files beside what they deploy. */
  readonly any?: true;
};

const MANIFEST_TOP =
  /^(apiVersion|kind|metadata|spec|status|data|stringData|binaryData|type|rules|subjects|roleRef|items|template|objects|parameters|provisioner|webhooks)$/;
const ANSIBLE_MODULE =
  /^(community\.(docker|general|kubernetes|okd)|kubernetes\.core|redhat\.openshift|containers\.podman)\.|^(ansible\.builtin\.)?(import_playbook|import_tasks|include_tasks|import_role|include_role|docker_\w+|podman_\w+|k8s\w*|helm\w*)$/;

/** A task's module; the short names of some are fields of containers, too, with lists. */
const isModule = (key: string, value: Json): boolean =>
  ANSIBLE_MODULE.test(key) ||
  ('name' in value && /^(command|shell)$/.test(key) && typeof value[key] === 'string') ||
  ('name' in value && /^(copy|template)$/.test(key) && isJson(value[key]) && 'dest' in value[key]);

const first = (value: Json, ...keys: readonly string[]): Path | undefined => {
  const key = keys.find((name) => name in value);
  return key === undefined ? undefined : [key];
};
const all = (value: Json, pattern: RegExp): boolean => Object.keys(value).every((key) => pattern.test(key));
const entries = (value: unknown): readonly Json[] => (isJson(value) ? Object.values(value).filter(isJson) : []);

const FORMS: readonly Form[] = [
  {
    because:
      'it is a playbook or a task of Ansible, and what it starts is not compared: pass the files that it deploys',
    at: (value) =>
      'hosts' in value && ['tasks', 'roles', 'pre_tasks', 'handlers'].some((key) => key in value)
        ? ['hosts']
        : first(value, ...('image' in value ? [] : Object.keys(value).filter((key) => isModule(key, value)))),
  },
  {
    because: 'it names charts that helmfile installs: run "helmfile template" and compare what comes out',
    at: (value) => (listOf(value.releases).some((one) => isJson(one) && 'chart' in one) ? ['releases'] : undefined),
  },
  {
    because: 'it is a CloudFormation template, which no rule reads',
    at: (value) =>
      first(value, 'AWSTemplateFormatVersion') ??
      (entries(value.Resources).some((one) => /^(AWS|Alexa)::/.test(String(one.Type))) ? ['Resources'] : undefined),
  },
  {
    because: 'it is a task definition of ECS or Elastic Beanstalk, which no rule reads: write it as a compose file',
    at: (value) => first(value, 'containerDefinitions', 'AWSEBDockerrunVersion'),
  },
  {
    any: true,
    because: 'it is a pipeline of CI, and what its steps deploy is not compared: pass the files that they deploy',
    at: (value) =>
      entries(value.jobs).some((one) => 'steps' in one || 'runs-on' in one || 'uses' in one)
        ? ['jobs']
        : entries(value).some((one) => 'script' in one && ('stage' in one || 'image' in one || 'rules' in one))
          ? []
          : undefined,
  },
  {
    because: 'it is a notebook: save its text as Markdown, and compare that',
    at: (value) => (Array.isArray(value.cells) && 'nbformat' in value ? ['cells'] : undefined),
  },
  {
    because: 'it is Terraform, which no rule reads: pass the manifests or the chart that it installs',
    at: (value) =>
      isJson(value.resource) || isJson(value.terraform) ? (first(value, 'resource', 'terraform') ?? []) : undefined,
  },
  {
    because: 'it is a job of Nomad, which no rule reads: write it as a compose file',
    at: (value) => (isJson(value.Job) && 'TaskGroups' in value.Job ? ['Job'] : undefined),
  },
  {
    because: 'it is a compose file in which no service is: each has an image, a build or another that it extends',
    at: (value) => {
      if (!('services' in value) || 'include' in value) return undefined;
      const { services } = value;
      const none =
        !isJson(services) || Object.values(services).every((one) => !isJson(one) || Object.keys(one).length === 0);
      return none || all(value, COMPOSE_TOP) ? ['services'] : undefined;
    },
  },
  {
    because: 'compose writes its fields in small letters: as this is, it starts nothing',
    at: (value) => {
      const key = Object.keys(value).find((one) => /^services$/i.test(one) && one !== 'services');
      return key !== undefined && Object.keys(value).every((one) => COMPOSE_TOP.test(one.toLowerCase()))
        ? [key]
        : undefined;
    },
  },
  {
    because: 'it has only one of apiVersion and kind, so it is no object that a cluster takes',
    at: (value) =>
      'apiVersion' in value !== 'kind' in value && all(value, MANIFEST_TOP)
        ? first(value, 'kind', 'apiVersion')
        : undefined,
  },
  {
    because: 'it is a list without any object in it',
    at: (value) => (String(value.kind).endsWith('List') && Array.isArray(value.items) ? ['items'] : undefined),
  },
  {
    because: 'its apiVersion or its kind is no text, so it is no object that a cluster takes',
    at: (value) =>
      'apiVersion' in value && 'kind' in value
        ? [typeof value.apiVersion === 'string' ? 'kind' : 'apiVersion']
        : undefined,
  },
];

/** Of a whole file only: in a page a fragment of each of these is an example. */
const WHOLE: readonly Form[] = [
  {
    because: 'it is a compose file without services: pass the one that it belongs to with it',
    at: (value) => (!('services' in value) && all(value, COMPOSE_TOP) ? [] : undefined),
  },
];

/** What a chart's values are made of; a file without any of them is of another program. */
const VALUE =
  /^(image|images|repository|tag|pullPolicy|imagePullSecrets|replicas|replicaCount|resources|limits|requests|persistence|persistentVolume|storageClass|storageClassName|size|accessModes?|ingress|className|ingressClassName|hosts?|service|services|ports?|containerPorts?|securityContext|podSecurityContext|containerSecurityContext|serviceAccount|rbac|nodeSelector|tolerations|affinity|env|envFrom|extraEnv\w*|volumes|volumeMounts|extraVolumes|enabled|podAnnotations|autoscaling|livenessProbe|readinessProbe|hostNetwork|privileged|auth|password|existingSecret|domain|config|global|fullnameOverride|nameOverride|storage|server|controller|kubeVersion|dependencies|initContainers|containers|args|command|openshift|route|tls|metrics|serviceMonitor|db|database|postgresql|redis)$/i;
const VALUES_FILE = /(^|[/._-])values([._-][\w.-]{0,100})?\.(ya?ml|json)$|(^|\/)Chart\.(ya?ml|lock)$/i;

export type FormFaults = {
  readonly faults: readonly Unread[];
  /** It may be of any program: nothing in it is what a rule reads. */
  readonly unknown?: Unread;
};

/** Why a document that is neither a manifest nor a compose file, or a part of it, is not compared. */
export function formFaults(
  document: YamlDocument,
  part: { readonly name: string; readonly kind: PartKind },
): FormFaults {
  const whole = part.kind === 'yaml' && document.item === undefined;
  const { value } = document;
  for (const form of whole ? [...FORMS, ...WHOLE] : FORMS) {
    const at = form.at(value);
    const fault = at === undefined ? undefined : { place: document.at(at), because: form.because };
    if (fault !== undefined) return form.any === true ? { faults: [], unknown: fault } : { faults: [fault] };
  }
  const strange = whole && Object.keys(value).length > 0 && !VALUES_FILE.test(part.name) && !hasValue(value, 0);
  return strange ? { faults: [], unknown: { place: document.at([]), because: UNKNOWN_FORM } } : { faults: [] };
}

const UNKNOWN_FORM =
  'it is YAML, but neither a manifest nor a compose file, and nothing in it is what charts have in their values';

const hasValue = (value: unknown, depth: number): boolean =>
  depth < 6 &&
  (Array.isArray(value)
    ? value.some((one) => hasValue(one, depth + 1))
    : isJson(value) && Object.entries(value).some(([key, one]) => VALUE.test(key) || hasValue(one, depth + 1)));

/** Texts inside of fields that are manifests or compose files themselves: something may deploy them. */
export function embedded(document: YamlDocument, under: Path): Unread[] {
  const found: Unread[] = [];
  const walk = (value: unknown, path: Path) => {
    if (found.length >= MOST_EMBEDDED || path.length > 12) return;
    if (typeof value === 'string') {
      if (isDeployable(value)) found.push({ place: document.at(path), because: EMBEDDED });
    } else if (Array.isArray(value)) value.forEach((one: unknown, i) => void walk(one, [...path, i]));
    else if (isJson(value)) for (const [key, one] of Object.entries(value)) walk(one, [...path, key]);
  };
  let value: unknown = document.value;
  for (const key of under) value = isJson(value) ? value[String(key)] : undefined;
  walk(value, under);
  return found;
}

const MOST_EMBEDDED = 20;
const EMBEDDED =
  'the text in this field is itself a manifest or a compose file, which was not compared: if something deploys it, pass it by itself';
const isDeployable = (text: string): boolean =>
  (/^apiVersion:/m.test(text) && /^kind:/m.test(text)) ||
  (/^services:/m.test(text) && /^[ \t]{1,64}(image|build):/m.test(text));
