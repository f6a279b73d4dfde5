import { bulletForm } from './bullet-forms.ts';
import { type Deployment, itemsOf } from './deployment.ts';
import type { ItemKind } from './facts.ts';
import { visible } from './visible.ts';

/**
 * The arguments of a bullet that would settle a subject: a starting point an agent completes, never one that proves
 * anything by itself. `available`: images that are verified, for what needs a container to show anything.
 */
export function bulletArguments(
  assumption: string,
  about: readonly string[],
  available: readonly string[] = [],
): Record<string, unknown> {
  const images = about.filter((s) => s.startsWith('image:')).map((s) => s.slice('image:'.length));
  const apis = about.filter((s) => s.startsWith('api:')).map((s) => s.slice('api:'.length).split(':')[0] ?? '');
  const { documents, criteria } = bulletForm(apis, images, available);
  return {
    assumption,
    minimal_spec:
      documents.length > 0 ? documents.join('---\n') : `# the smallest object that shows: ${about.join(', ')}\n`,
    success_criteria: criteria.length > 0 ? criteria.join('; ') : 'Pod reaches Running state',
  };
}

/** Verified images of a deployment, by the names that a document uses. */
export const imagesToTry = (d: Deployment): string[] =>
  itemsOf(d, 'image')
    .filter((item) => d.observations.get(item.subject)?.at(-1)?.verdict.status === 'pass')
    .map((item) => item.subject.slice('image:'.length));

/** The smallest Pod that shows whether an image can be pulled and run. */
export const imagePod = (image: string): string => `apiVersion: v1
kind: Pod
metadata:
  name: try-image
spec:
  containers:
    - name: try
      image: ${JSON.stringify(image)}
`;

/** Items of each kind that a skeleton names: more would not be read. */
const MAX_NAMED = 12;

/**
 * A plan to start from, as YAML: its form, with this deployment's component, target and what has evidence. What is in
 * angle brackets only the author knows.
 */
export function planSkeleton(d: Deployment): string {
  const named = (kind: ItemKind, provided: boolean) =>
    itemsOf(d, kind)
      .filter((item) => (item.provided_by === 'plan') === provided)
      .map(({ name }) => visible(name));
  const list = (title: string, names: readonly string[]) =>
    names.length === 0
      ? []
      : [`# ${title}: ${names.slice(0, MAX_NAMED).join(', ')}${names.length > MAX_NAMED ? ', …' : ''}`];
  const kinds: readonly ItemKind[] = ['api', 'image', 'operator', 'configuration'];
  const { namespace } = d.target;
  return [
    ...list('APIs with evidence', named('api', false)),
    ...list('images with evidence', named('image', false)),
    ...list('proven by bullets', named('assumption', false)),
    ...list(
      'the plan brings',
      kinds.flatMap((kind) => named(kind, true)),
    ),
    `component: ${JSON.stringify(d.started.component)}`,
    `target: ${JSON.stringify(namespace)}`,
    'phase_1:',
    '  name: "<what it brings>"',
    '  resources: ["<file.yaml>"]',
    `  validation_commands: ["kubectl -n ${namespace} rollout status deployment/<name> --timeout=60s"]`,
    '  success_criteria: ["Deployment/<name>: 1/1 replicas ready"]',
    '  rollback: [undo]',
    'validation:',
    `  static: ["kubectl -n ${namespace} get deployment <name>"]`,
    '  health: ["<http address that answers 2xx>"]',
    '  functional: "none: <why>"',
    'risks: [{risk: "<what could go wrong>", mitigation: "<what then>"}]',
    'rollback_strategy: undo the phases in reverse order',
    '',
  ].join('\n');
}
