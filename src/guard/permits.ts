import { dataFolder } from '../state/home.ts';
import { readPermitFiles } from '../state/permit-read.ts';

/** One thing that leads on, as the server's answers have it. */
export type Next =
  | { readonly tool: string; readonly arguments?: unknown }
  | { readonly command: string }
  | { readonly person: string; readonly action?: string };

/** What of a written permit (engine/permits.ts) the guard goes by. */
export type Permit = {
  readonly deployment: string;
  readonly component: string;
  /** The kubeconfig context that the deployment is bound to. */
  readonly context?: string;
  readonly namespaces: readonly string[];
  readonly workspace?: string;
  readonly stage: string;
  readonly gate: string;
  readonly open: readonly string[];
  readonly next: readonly Next[];
  readonly phase?: number;
  /** `deployment/web`, or `shop/deployment/web` where the namespace is known. */
  readonly phase_objects: readonly string[];
  readonly until?: string;
  /** Why nothing is known about it: then no write passes. */
  readonly unreadable?: string;
};

/** The open deployments; what can't be trusted counts as a deployment about which nothing is known. */
export function readPermits(home: string = dataFolder(), now: string = new Date().toISOString()): readonly Permit[] {
  const { permits, faults } = readPermitFiles(home);
  return [
    ...permits.map(
      (fields) => permitFrom(fields, now) ?? unreadable(`${home}: a permit has not the fields it should have`),
    ),
    ...faults.map(unreadable),
  ];
}

const unreadable = (because: string): Permit => ({
  deployment: 'one whose permit is not known',
  component: '',
  namespaces: [],
  stage: 'unknown',
  gate: 'R',
  open: [],
  next: [],
  phase_objects: [],
  unreadable: because,
});

function permitFrom(fields: Readonly<Record<string, unknown>>, now: string): Permit | undefined {
  const text = (key: string) => (typeof fields[key] === 'string' ? fields[key] : undefined);
  const texts = (key: string): readonly string[] | undefined => {
    const value = fields[key];
    return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : undefined;
  };
  const deployment = text('deployment');
  const namespaces = texts('namespaces');
  if (deployment === undefined || namespaces === undefined) return undefined;
  const until = text('until');
  const over = until !== undefined && until <= now;
  const phase = typeof fields.phase === 'number' && !over ? fields.phase : undefined;
  const [context, workspace] = [text('context'), text('workspace')];
  return {
    deployment,
    component: text('component') ?? deployment,
    namespaces,
    stage: text('stage') ?? 'unknown',
    gate: text('gate') ?? 'R',
    open: texts('open') ?? [],
    next: (Array.isArray(fields.next) ? fields.next : []).flatMap((one: unknown) => nextFrom(one) ?? []),
    phase_objects: texts('phase_objects') ?? [],
    ...(context === undefined ? {} : { context }),
    ...(workspace === undefined ? {} : { workspace }),
    ...(phase === undefined ? {} : { phase }),
    ...(until === undefined ? {} : { until }),
  };
}

function nextFrom(value: unknown): Next | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if ('tool' in value && typeof value.tool === 'string')
    return { tool: value.tool, ...('arguments' in value ? { arguments: value.arguments } : {}) };
  if ('command' in value && typeof value.command === 'string') return { command: value.command };
  if ('person' in value && typeof value.person === 'string')
    return {
      person: value.person,
      ...('action' in value && typeof value.action === 'string' ? { action: value.action } : {}),
    };
  return undefined;
}

/** The first step that leads on, as the server's rules say it. */
export function nextOf({ next }: Permit): string {
  const [first] = next;
  if (first === undefined) return 'deployment-status';
  if ('tool' in first) return `${first.tool} ${JSON.stringify(first.arguments ?? {})}`;
  if ('command' in first) return `\`${first.command}\``;
  return `what only a person can do: ${first.action ?? first.person}`;
}
