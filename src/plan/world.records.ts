import { createHash } from 'node:crypto';
import type { Files, World } from './world.ts';

/** What a test hands in from the folders that plan/ doesn't see. */
export type Real = Pick<World, 'parseCommand' | 'parseCriterion'> & {
  readonly parseReference: (text: string) => { ok: true; reference: { canonical: string } } | { ok: false };
};

/** A workspace in memory, for tests. */
export function filesOf(content: Readonly<Record<string, string>>): Files {
  const beneath = (path: string) =>
    Object.keys(content)
      .filter((name) => path === '.' || name.startsWith(`${path.replace(/\/$/, '')}/`))
      .sort();
  return {
    kind: async (path) => (path in content ? 'file' : beneath(path).length > 0 ? 'folder' : undefined),
    inside: async (path) => !path.startsWith('/') && !path.startsWith('..'),
    read: async (path) => content[path],
    digest: async (path) => {
      const text = content[path];
      return text === undefined ? undefined : createHash('sha256').update(text).digest('hex');
    },
    list: async (path, limit) => (beneath(path).length > limit ? undefined : beneath(path)),
    glob: async (pattern) => {
      const expression = new RegExp(`^${pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '[^/]*')}$`);
      return Object.keys(content).filter((name) => expression.test(name));
    },
  };
}

/** The shell's reader, the criteria and the image names are the real ones. */
export const worldWith =
  ({ parseCommand, parseCriterion, parseReference }: Real) =>
  (content: Readonly<Record<string, string>>, more: Partial<World> = {}): World => ({
    component: 'web',
    namespace: 'shop',
    namespaces: ['shop'],
    context: 'here',
    files: filesOf(content),
    parseCommand,
    programExists: (name) => PROGRAMS.includes(name),
    parseCriterion,
    canonicalImage: (text) => {
      const parsed = parseReference(text);
      return parsed.ok ? parsed.reference.canonical : undefined;
    },
    ...more,
  });

const PROGRAMS = ['kubectl', 'oc', 'helm', 'curl', 'grep', 'make', 'cat', 'jq', 'bash', 'rm', 'sleep'];

export const deployment = (name: string, more = '', image = 'docker.io/library/redis:7'): string => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  labels: { app: ${name} }
spec:
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec:
      containers:
        - name: ${name}
          image: ${image}
${more}`;

export const configMap = (name: string, value = 'b'): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\ndata:\n  a: ${value}\n`;

/** A plan without a fault, in the workflow's form. */
export const GOOD = `component: web
target: shop
estimated_minutes: 10
phase_1:
  name: Configuration
  resources: [config.yaml]
  validation_commands: [kubectl get configmap web-config]
  success_criteria: ["ConfigMap/web-config: create"]
  rollback: [kubectl delete -f config.yaml]
phase_2:
  name: Application
  resources:
    - web.yaml
  validation_commands:
    - kubectl rollout status deployment/web --timeout=60s
  success_criteria:
    - Deployment/web: Deployment available
  rollback:
    - kubectl delete deployment web
validation:
  static: [test -s web.yaml]
  health: [kubectl get deployment web]
  functional: "none: nothing talks to it yet"
risks:
  - risk: the image is slow to start
    mitigation: the time limit allows for it
rollback_strategy: in reverse order
`;

export const FILES: Readonly<Record<string, string>> = {
  'config.yaml': configMap('web-config'),
  'web.yaml': deployment('web'),
};
