import type { Reader, Writer } from '../cluster/index.ts';
import type { LineFilter } from '../state/index.ts';
import {
  type Actor,
  ALWAYS_TAKEN,
  type Deployment,
  type Fact,
  type FactOf,
  type FactType,
  fold,
  headline,
  type Instant,
  parseEvents,
  type Refusal,
  refuse,
  STEPS,
  type Step,
  type ToolName,
} from '../workflow/index.ts';
import { type Connected, connectTo, lost } from './connect.ts';
import { findEvidence } from './evidence.ts';
import { notesOf } from './notes.ts';
import { impersonated } from './policy.ts';
import { appendDecided, event, lines, load, loadSome, type Records } from './record.ts';
import { tellStanding } from './standing.ts';
import { type OpeningRun, type Performed, Refused } from './tool.ts';

export type RunContext = Records & {
  readonly id: string;
  readonly tool: ToolName;
  readonly actor: Actor;
  readonly workspace: string;
  readonly home: string;
  readonly signal: AbortSignal;
  readonly deployment: Deployment | undefined;
  now(): Instant;
  progress(message: string): void;
  take(tool: string, input: Readonly<Record<string, unknown>>): Promise<Performed>;
  /** Called once, after the run's first cluster call succeeded: what earlier runs left is cleaned up then, never at boot. */
  connected(connection: Connected): Promise<void>;
};

/** Gates behind an approved plan: the steps they hold back may write to a guarded namespace. */
const AFTER_APPROVAL: ReadonlySet<string | undefined> = new Set(['P', 'I', 'V']);

/** Observations are true whoever made them, so they are taken even when the run's lease is over. */
const UNFENCED: readonly FactType[] = [...ALWAYS_TAKEN, 'observed'];

/**
 * The run a tool is handed. It is the widest one (an OpeningRun); tool.ts narrows it by the step's effect, so that a
 * tool that only reads can't name a writer.
 */
export function createRun(context: RunContext): OpeningRun & { end(): Promise<void> } {
  const { ledger, now } = context;
  let { deployment } = context;
  const mayRecord: readonly FactType[] = [...STEPS[context.tool].records, ...ALWAYS_TAKEN];
  const step: Step = STEPS[context.tool];
  let connection: Promise<Connected> | undefined;

  const connected = (wanted?: string): Promise<Connected> => {
    connection ??= connectTo(
      deployment,
      wanted,
      context.signal,
      {
        run: context.id,
        tool: context.tool,
        approved: AFTER_APPROVAL.has(step.gate),
      },
      impersonated(context.actor, context.policy),
    ).then(async (made) => {
      if (deployment !== undefined) await tellStanding(made, deployment, now());
      await context.connected(made);
      return made;
    });
    return connection;
  };

  const fenced = (d: Deployment, facts: readonly Fact[]): Refusal | undefined => {
    if (facts.every((fact) => UNFENCED.includes(fact.type))) return undefined;
    const run = d.runs.get(context.id);
    if (run === undefined) return undefined; // steps without effect have no run of their own
    if (run.ended === undefined && run.lease > now()) return undefined;
    return refuse(
      'IN_PROGRESS',
      `The run ${context.id} is no longer open (its lease ended ${run.lease}); what it would have recorded was not taken.`,
    );
  };

  return {
    id: context.id,
    actor: context.actor,
    workspace: context.workspace,
    home: context.home,
    policy: context.policy,
    signal: context.signal,
    get deployment() {
      return deployment;
    },
    now,
    progress: context.progress,
    take: context.take,
    async current() {
      if (deployment === undefined) throw new Error(`${context.tool} has no deployment`);
      const loaded = await load(context, deployment.id);
      if (!loaded.ok) throw new Refused(loaded.refusal);
      return loaded.deployment;
    },
    async events() {
      if (deployment === undefined) return [];
      const { rows } = await ledger.read(deployment.id);
      const parsed = parseEvents(rows);
      return parsed.ok ? parsed.events : [];
    },
    async record(...facts) {
      const foreign = facts.find((fact) => !mayRecord.includes(fact.type));
      if (foreign !== undefined) throw new Error(`${context.tool} may not record ${foreign.type} (workflow/steps.ts)`);
      if (deployment === undefined || facts.length === 0) return undefined;
      const appended = await appendDecided(
        context,
        deployment.id,
        context.actor,
        now,
        (d) => fenced(d, facts) ?? facts,
      );
      return appended.ok ? undefined : appended.refusal;
    },
    put: (body, mediaType = 'application/json') => ledger.put(body, mediaType),
    async get(digest) {
      const found = await ledger.get(digest);
      return found === undefined ? undefined : Buffer.from(found.body).toString('utf8');
    },
    evidence: (id) => findEvidence(ledger, id),
    search: (words) => ledger.search(words, 5),
    async reader(wanted): Promise<Reader> {
      return (await connected(wanted)).cluster.reader;
    },
    async writer(): Promise<Writer> {
      return (await connected()).cluster.writer();
    },
    async cluster() {
      return (await connected()).cluster;
    },
    async place(namespace) {
      return (await connected()).place(namespace);
    },
    async end() {
      const made = await connection?.catch(() => undefined);
      if (made === undefined) return;
      await made.end();
      if (made.guards.length === 0 || deployment === undefined) return;
      const after = await load(context, deployment.id);
      if (after.ok) await tellStanding(made, after.deployment, now());
    },
    async identity() {
      const who = await (await connected()).cluster.reader.identity();
      if (!who.ok) throw lost(who.error);
      return who.value.username;
    },
    others: (filter, latest) => loadSome(context, filter, latest),
    lines: (filter, latest) => lines(context, filter, latest),
    countLines: (filter) => ledger.countLines(filter),
    notes: (what, component) => notesOf(context, what, component),
    async read(id) {
      const loaded = await load(context, id);
      return loaded.ok ? loaded.deployment : loaded.refusal;
    },
    async open(started, more) {
      const opened = await openDeployment(context, started, more);
      if ('code' in opened) return opened;
      const loaded = await load(context, opened.id);
      if (!loaded.ok) return loaded.refusal;
      deployment = loaded.deployment;
      context.appended(deployment);
      return opened;
    },
    async enter(started) {
      const { deployments } = await loadSome(context, sameTarget(started));
      deployment = deployments.find((d) => d.closed === undefined);
      return deployment;
    },
  };
}

const sameTarget = ({ component, target }: FactOf<'started'>): LineFilter => ({
  open: true,
  component,
  cluster: target.cluster,
  namespace: target.namespace,
});

/** `<component>-<n>`: the primary key decides between two that open the same at once. */
async function openDeployment(
  context: RunContext,
  started: Extract<Fact, { type: 'started' }>,
  more: readonly Fact[],
): Promise<{ id: string } | Refusal> {
  const { ledger, now, actor } = context;
  const slug =
    started.component
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|(?<!-)-+$/g, '')
      .slice(0, 40) || 'deployment';
  // Another component may have made an id like this one's, so an id that was refused is not tried again.
  const taken = new Set<string>();
  for (;;) {
    const { deployments, damaged } = await loadSome(context, sameTarget(started));
    const same = deployments.find((d) => d.closed === undefined);
    if (same !== undefined) {
      return refuse(
        'DEPLOYMENT_EXISTS',
        `${started.component} is already being deployed to ${started.target.namespace} on this cluster: ${same.id}. Go on with it; only a person ends it (infragate abandon ${same.id}).`,
        {
          next: [{ tool: 'deployment-status', arguments: { deployment: same.id } }],
        },
      );
    }
    for (const one of await ledger.lines({ component: started.component })) taken.add(one.id);
    for (const one of damaged) taken.add(one);
    let n = 1;
    while (taken.has(`${slug}-${n}`)) n += 1;
    const at = now();
    const id = `${slug}-${n}`;
    const facts = [started, ...more];
    const opened = fold(
      id,
      facts.map((fact, index) => ({ seq: index + 1, at, by: actor, fact })),
    );
    const result = await ledger.append(
      id,
      0,
      facts.map((fact) => event(at, actor, fact)),
      opened && headline(opened),
    );
    if (result.status === 'appended') return { id };
    taken.add(id);
  }
}
