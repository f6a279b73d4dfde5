import { type Deployment, plan } from '../workflow/index.ts';
import { oneLine, table } from './markdown.ts';

/** What is really there, as the tool saw it just now. */
export type Component = {
  readonly phase: number;
  readonly kind: string;
  readonly name: string;
  readonly status: string;
  readonly message: string;
  /** By digest where a running container tells it, else as written. */
  readonly images: readonly string[];
  /** Kind/name of what it selects, routes to or owns, for the picture. */
  readonly leadsTo?: readonly string[];
};

export type Deployed = {
  readonly components: readonly Component[];
  readonly version: string;
  /** URLs and in-cluster addresses, seen in Routes, Ingresses and Services. */
  readonly addresses: readonly string[];
  /** Names of Secrets that are referred to, never what is in them. */
  readonly secrets: readonly string[];
};

/** Sections people may write into; what stands between the marks is kept when the document is written again. */
const KEPT = ['notes', 'architecture', 'operations', 'known-issues'] as const;
type Kept = (typeof KEPT)[number];

const mark = (name: Kept, text: string): string =>
  [
    `<!-- yours: ${name} (kept when this is written again) -->`,
    ...(text === '' ? [] : [text]),
    `<!-- end: ${name} -->`,
  ].join('\n');

/** What people wrote into a document written before. */
export function keptSections(document: string | undefined): Partial<Record<Kept, string>> {
  const kept: Partial<Record<Kept, string>> = {};
  for (const name of KEPT) {
    const found = new RegExp(`<!-- yours: ${name}[^>]*-->\\n([\\s\\S]*?)\\n?<!-- end: ${name} -->`).exec(
      document ?? '',
    );
    if (found?.[1] !== undefined && found[1].trim() !== '') kept[name] = found[1];
  }
  return kept;
}

/** The workflow's deployment document, from the record and from what is live. */
export function documentation(
  d: Deployment,
  deployed: Deployed,
  given: { access: readonly string[]; known_issues: readonly string[]; before?: string | undefined },
): string {
  const kept = keptSections(given.before);
  const passed = [...d.observations.values()]
    .flat()
    .filter((o) => o.subject.startsWith('phase:') && o.verdict.status === 'pass');
  const when = passed.at(-1)?.seen ?? d.started.at;
  const workloads = deployed.components.filter((c) => WORKLOADS.includes(c.kind));
  const ns = d.target.namespace;
  return [
    `# ${oneLine(d.started.component)}`,
    bullets(
      [
        `**Deployed**: ${when.slice(0, 10)} (deployment \`${d.id}\`, plan \`${plan(d)?.digest.slice(0, 19)}\`)`,
        `**Target**: namespace \`${ns}\` on ${d.target.server} (${deployed.version})`,
        `**Goal**: ${d.started.goal ?? 'not stated'}`,
      ],
      '',
    ),
    mark('notes', kept.notes ?? ''),
    '## Architecture',
    picture(deployed),
    mark('architecture', kept.architecture ?? ''),
    '## Components',
    deployed.components.length === 0
      ? 'None seen.'
      : table(
          ['phase', 'component', 'status', 'images'],
          deployed.components.map((c) => [
            String(c.phase),
            `${c.kind}/${c.name}`,
            c.status === 'ready' ? 'ready' : `${c.status}: ${c.message}`,
            c.images.join(' '),
          ]),
        ),
    '## Access',
    bullets([...given.access, ...deployed.addresses], 'No Route, Ingress or Service with an address was seen.'),
    deployed.secrets.length === 0
      ? ''
      : `Credentials are in ${deployed.secrets.map((s) => `Secret \`${s}\``).join(', ')} (values are never written here).`,
    '## Operations',
    bullets(
      [
        `Health: \`kubectl get pods -n ${ns}\``,
        ...workloads.flatMap((c) => {
          const name = `${c.kind.toLowerCase()}/${c.name}`;
          return [
            `${c.name}: is it up? \`kubectl rollout status -n ${ns} ${name}\``,
            `${c.name}: logs \`kubectl logs -n ${ns} ${name} --tail=100\``,
            `${c.name}: restart \`kubectl rollout restart -n ${ns} ${name}\``,
          ];
        }),
      ],
      '',
    ),
    mark('operations', kept.operations ?? ''),
    '## Known issues',
    bullets(
      [
        ...given.known_issues,
        ...d.waivers.map((w) => `${w.check} is waived until ${w.until.slice(0, 10)}: ${w.because}`),
      ],
      'None known.',
    ),
    mark('known-issues', kept['known-issues'] ?? ''),
  ]
    .filter((part) => part !== '')
    .join('\n\n')
    .concat('\n');
}

/** Numbered nodes: names of objects may hold what means something to Mermaid. */
function picture({ components }: Deployed): string {
  if (components.length === 0) return 'Nothing of it is deployed.';
  const node = new Map(components.map((c, i) => [`${c.kind}/${c.name}`, `n${i + 1}`]));
  const boxes = components.map((c, i) => `  n${i + 1}["${c.kind}<br/>${c.name.replaceAll('"', '')}"]`);
  const arrows = components.flatMap((c, i) =>
    (c.leadsTo ?? []).flatMap((to) => (node.has(to) ? [`  n${i + 1} --> ${node.get(to)}`] : [])),
  );
  return ['```mermaid', 'flowchart LR', ...boxes, ...arrows, '```'].join('\n');
}

/** What has logs, and can be restarted. */
const WORKLOADS = ['Deployment', 'StatefulSet', 'DaemonSet'];

const bullets = (lines: readonly string[], none: string): string =>
  lines.length === 0 ? none : lines.map((line) => `- ${oneLine(line)}`).join('\n');
