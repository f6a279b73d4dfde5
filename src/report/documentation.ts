import { type Deployment, plan } from '../workflow/index.ts';
import { table } from './markdown.ts';

/** What is really there, as the tool saw it just now. */
export type Component = {
  readonly phase: number;
  readonly kind: string;
  readonly name: string;
  readonly status: string;
  readonly message: string;
  /** By digest where a running container tells it, else as written. */
  readonly images: readonly string[];
  /** Kind/name of its owner among the components, for the picture. */
  readonly selects?: readonly string[];
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
  `<!-- yours: ${name} (kept when this is written again) -->\n${text}\n<!-- end: ${name} -->`;

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
  const first = deployed.components.find((c) => c.kind === 'Deployment' || c.kind === 'StatefulSet');
  const ns = d.target.namespace;
  return [
    `# ${d.started.component}`,
    `- **Deployed**: ${when.slice(0, 10)} (deployment \`${d.id}\`, plan \`${plan(d)?.digest.slice(0, 19)}\`)`,
    `- **Target**: namespace \`${ns}\` on ${d.target.server} (${deployed.version})`,
    `- **Goal**: ${d.started.goal ?? 'not stated'}`,
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
        `Health: \`kubectl get all -n ${ns}\``,
        ...(first === undefined
          ? []
          : [
              `Logs: \`kubectl logs -n ${ns} ${first.kind.toLowerCase()}/${first.name} --tail=100\``,
              `Restart: \`kubectl rollout restart -n ${ns} ${first.kind.toLowerCase()}/${first.name}\``,
            ]),
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
    '',
  ]
    .filter((part, i, all) => part !== '' || i === all.length - 1)
    .join('\n\n');
}

function picture({ components }: Deployed): string {
  const id = (kind: string, name: string) => `${kind}_${name}`.replace(/\W/g, '_');
  const lines = components.map((c) => `  ${id(c.kind, c.name)}["${c.kind}<br/>${c.name.replaceAll('"', '')}"]`);
  const arrows = components.flatMap((c) =>
    (c.selects ?? []).map((to) => {
      const [kind = '', name = ''] = to.split('/');
      return `  ${id(c.kind, c.name)} --> ${id(kind, name)}`;
    }),
  );
  return lines.length === 0 ? '' : ['```mermaid', 'flowchart LR', ...lines, ...arrows, '```'].join('\n');
}

const bullets = (lines: readonly string[], none: string): string =>
  lines.length === 0 ? none : lines.map((l) => `- ${l}`).join('\n');
