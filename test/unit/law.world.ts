import { started } from '../../src/report/fixtures/record.ts';
import type { Actor, Deployment, Event, Fact, Fix, StepName } from '../../src/workflow/index.ts';
import {
  aboutNow,
  admit,
  appliedSubject,
  bulletsToCleanUp,
  fold,
  itemsOf,
  liveDivergences,
  phases,
  plan,
} from '../../src/workflow/index.ts';

/**
 * A model of an agent, a person and a cluster for the law's property tests: it takes steps the law admits and records
 * the facts the real tools record, with outcomes drawn at random. It knows nothing of gates.
 */
export type Draw = { chance(p: number): boolean; pick<T>(from: readonly T[]): T | undefined };

const AGENT: Actor = { kind: 'agent', client: 'model' };
const PERSON: Actor = { kind: 'person', assurance: 'operator' };
export const PLACE = { cluster: 'c', namespace: 'ns', namespace_uid: 'ns-1' };

export class World {
  readonly events: Event[] = [];
  #serial = 0;
  #clock = Date.parse('2026-01-01T00:00:00.000Z');
  readonly draw: Draw;

  constructor(draw: Draw) {
    this.draw = draw;
    this.add(AGENT, started('x', { cluster: 'c', namespace: 'ns', uid: 'ns-1' }));
  }

  get now() {
    return new Date(this.#clock).toISOString();
  }

  later(ms: number) {
    this.#clock += ms;
  }

  get deployment(): Deployment {
    const d = fold('x-1', this.events);
    if (d === undefined) throw new Error('no deployment');
    return d;
  }

  add(by: Actor, ...facts: Fact[]) {
    for (const fact of facts) {
      this.#clock += 10;
      this.events.push({ seq: this.events.length + 1, at: this.now, by, fact });
    }
  }

  fresh(prefix: string) {
    this.#serial += 1;
    return `${prefix}${this.#serial}`;
  }

  /** Takes a step if the law admits it; answers whether it did. */
  take(name: StepName, args: Record<string, unknown> = {}): boolean {
    const phase = typeof args.phase_number === 'number' ? { phase_number: args.phase_number } : {};
    const assumption = typeof args.assumption === 'string' ? { assumption: args.assumption } : {};
    if (admit(name, this.deployment, { ...phase, ...assumption }, this.now) !== undefined) return false;
    this.#effect(name, args);
    return true;
  }

  follow(fix: Fix): boolean {
    if ('command' in fix) return true; // a commit: the next phase-gate looks for it
    if ('person' in fix) return fix.action.startsWith('infragate approve') ? this.take('decide') : true;
    return this.take(fix.tool as StepName, fix.arguments);
  }

  #observe(subject: string, via: string, p: number, more: Partial<Extract<Fact, { type: 'observed' }>> = {}): Fact {
    const status = this.draw.chance(p) ? 'pass' : this.draw.chance(0.5) ? 'fail' : 'unknown';
    const deferrable = status === 'unknown' && subject.startsWith('image:') ? { deferrable: true } : {};
    return {
      type: 'observed',
      subject,
      verdict: { status, reason: 'Drawn', message: 'drawn' },
      at: PLACE,
      asked: 'drawn',
      via,
      ...deferrable,
      ...more,
    };
  }

  #claim(kind: 'api' | 'image' | 'configuration', provided = false): string {
    const subject = this.fresh(`${kind}:`);
    this.add(AGENT, {
      type: 'claimed',
      item: {
        id: subject.replace(':', '-'),
        kind,
        subject,
        name: subject,
        ...(provided ? { provided_by: 'plan' } : {}),
      },
    });
    return subject;
  }

  #effect(name: StepName, args: Record<string, unknown>) {
    const d = this.deployment;
    switch (name) {
      case 'record-research':
        return this.#research(d);
      case 'cluster-reality-check':
        return this.#realityCheck(d, args);
      case 'divergence-check':
        return this.#divergence(d);
      case 'tracer-bullet':
        return this.#bullet(d, String(args.assumption));
      case 'submit-plan':
        return this.#plan(d);
      case 'request-approval':
        return this.#ask(d);
      case 'decide':
        return this.#decide(d);
      case 'apply-phase': {
        const number = Number(args.phase_number);
        const bound = phases(d).find((p) => p.number === number)?.bound ?? '';
        this.add(AGENT, {
          type: 'placed',
          run: 'r',
          object: { apiVersion: 'v1', kind: 'ConfigMap', name: this.fresh('o') },
          state: 'created',
          purpose: 'phase',
          phase: number,
        });
        this.add(AGENT, this.#observe(appliedSubject(number), name, 0.8, { bound }));
        return;
      }
      case 'phase-gate': {
        const phase = phases(d).find((p) => p.number === args.phase_number);
        if (phase === undefined) return;
        this.add(AGENT, this.#observe(`phase:${phase.number}`, name, 0.75, { bound: phase.bound }));
        const after = phases(this.deployment).find((p) => p.number === phase.number);
        if (after?.latest?.verdict.status === 'pass' && after.commit !== 'none') {
          this.add(AGENT, { type: 'committed', phase: phase.number, sha: 'abc', bound: phase.bound });
        }
        return;
      }
      case 'rollback-phase': {
        const phase = phases(d).find((p) => p.number === args.phase_number);
        if (phase === undefined) return;
        this.add(AGENT, {
          type: 'observed',
          subject: `phase:${phase.number}`,
          verdict: { status: 'fail', reason: 'RolledBack', message: 'rolled back' },
          at: PLACE,
          asked: '',
          via: name,
          bound: phase.bound,
        });
        return;
      }
      case 'return-to': {
        const research = args.stage === 'research';
        const subjects = research
          ? [...d.items.values()]
              .filter((i) => ['api', 'image', 'configuration'].includes(i.kind))
              .map((i) => i.subject)
          : [];
        this.add(AGENT, {
          type: 'opened',
          blocker: { id: this.fresh('b'), gate: research ? 'R' : 'P', cause: 'return-to', because: 'drawn', subjects },
        });
        return;
      }
      case 'run-validation':
        return this.add(AGENT, this.#observe('validation', name, 0.7, { bound: plan(d)?.digest ?? '' }));
      case 'rollback-test':
        return this.add(AGENT, this.#observe('rollback-test', name, 0.7, { bound: plan(d)?.digest ?? '' }));
      case 'record-retro':
        return this.add(
          AGENT,
          { type: 'written', what: 'retro', text: 'r' },
          { type: 'written', what: 'learning', text: 'l' },
        );
      case 'write-documentation':
        return this.add(AGENT, { type: 'written', what: 'documentation', text: 'd' });
      case 'complete-deployment':
        return this.add(AGENT, { type: 'completed' });
      default:
        return;
    }
  }

  #ask(d: Deployment) {
    const run = this.fresh('run-');
    this.add(AGENT, {
      type: 'begun',
      run,
      tool: 'request-approval',
      key: 'plan',
      input: '',
      lease: this.now,
      owner: { host: '', pid: 0, born: '' },
      bound: plan(d)?.digest ?? '',
    });
    this.add(AGENT, { type: 'ended', run, outcome: 'answered' });
    if (this.draw.chance(0.8)) this.take('decide');
  }

  #decide(d: Deployment) {
    const choice = this.draw.chance(0.7) ? 'approve' : this.draw.chance(0.5) ? 'revise' : 'reject';
    const until = new Date(this.#clock + 3_600_000).toISOString();
    this.add(PERSON, { type: 'decided', digest: plan(d)?.digest ?? '', choice, until });
    if (choice === 'approve') return;
    const [gate, cause] = choice === 'reject' ? (['R', 'rejected'] as const) : (['P', 'revise'] as const);
    this.add(PERSON, {
      type: 'opened',
      blocker: { id: this.fresh('b'), gate, cause, because: 'drawn', subjects: [] },
    });
  }

  /** An agent that puts right one thing after another: what failed is replaced, what is missing is named. */
  #research(d: Deployment) {
    if (!d.written.some((w) => w.what === 'research') || d.blockers.some((b) => b.subjects.length === 0)) {
      this.add(AGENT, { type: 'written', what: 'research', text: 'findings '.repeat(20) });
    }
    if (itemsOf(d, 'api').length === 0) this.#claim('api');
    if (itemsOf(d, 'image').length === 0 && this.draw.chance(0.5)) this.#claim('image');
    if (itemsOf(d, 'configuration').length === 0 && this.draw.chance(0.3)) this.#claim('configuration', true);
    if (itemsOf(d, 'source').length === 0) this.#source();
    for (const item of this.deployment.items.values()) {
      const failing = d.observations.get(item.subject)?.at(-1)?.verdict.status === 'fail';
      if (!failing || !['api', 'image', 'configuration'].includes(item.kind) || !this.draw.chance(0.5)) continue;
      const replacement = this.#claim(item.kind === 'image' ? 'image' : 'api');
      this.add(AGENT, { type: 'retired', subject: item.subject, because: 'drawn', replaced_by: replacement });
    }
    this.#assumption();
    const api = itemsOf(this.deployment, 'api')[0]?.subject;
    for (const { subject } of liveDivergences(this.deployment)) {
      if (api !== undefined)
        this.add(AGENT, {
          type: 'written',
          what: 'adjustment',
          text: 'adjusted',
          about: subject,
          verified_by: { item: api },
        });
    }
    const [source] = itemsOf(this.deployment, 'source');
    if (source !== undefined && this.draw.chance(0.2))
      this.add(AGENT, { type: 'retired', subject: source.subject, because: 'drawn' });
  }

  #source() {
    if (this.draw.chance(0.5)) this.add(AGENT, { type: 'written', what: 'sources', text: 'none used' });
    else
      this.add(AGENT, {
        type: 'claimed',
        item: { id: this.fresh('source-'), kind: 'source', subject: this.fresh('source:'), name: 'doc' },
      });
  }

  /** Assumptions that are about something that is still there. */
  #assumption() {
    const live = [...this.deployment.items.values()].filter(
      (i) => i.kind !== 'assumption' && i.kind !== 'source' && i.provided_by === undefined,
    );
    const about = this.draw.pick(live)?.subject;
    const critical = itemsOf(this.deployment, 'assumption');
    const dangling = critical.filter((a) => aboutNow(this.deployment, a).length === 0);
    for (const a of dangling)
      if (about !== undefined) this.add(AGENT, { type: 'claimed', item: { ...a, about: [about] } });
    if (critical.length === 0 && about !== undefined) {
      const id = this.fresh('assumption-');
      this.add(AGENT, {
        type: 'claimed',
        item: { id, kind: 'assumption', subject: `assumption:${id}`, name: id, impact: 'sinks', about: [about] },
      });
    }
  }

  #realityCheck(d: Deployment, args: Record<string, unknown>) {
    const run = this.fresh('run-');
    this.add(AGENT, this.#observe('namespace:ns', 'cluster-reality-check', 0.95));
    for (const item of d.items.values()) {
      if (item.kind === 'assumption' || item.kind === 'source') continue;
      const installable =
        item.provided_by === 'plan' && d.placements.length === 0 ? { facet: 'installable' as const } : {};
      this.add(AGENT, this.#observe(item.subject, 'cluster-reality-check', 0.7, { run, ...installable }));
    }
    for (const api of (args.assumed_apis as string[] | undefined) ?? []) {
      this.add(AGENT, this.#observe(`api:${api}`, 'cluster-reality-check', 0.7));
    }
    for (const p of bulletsToCleanUp(d)) {
      this.add({ kind: 'server' }, { type: 'placed', run: p.run, object: p.object, state: 'gone', purpose: 'tracer' });
    }
  }

  #divergence(d: Deployment) {
    for (const source of itemsOf(d, 'source')) {
      const found = this.draw.chance(0.5) ? [this.fresh('divergence:')] : [];
      for (const subject of found) {
        this.add(
          AGENT,
          this.#observe(subject, 'divergence-check', 0, { severity: this.draw.chance(0.5) ? 'HIGH' : 'LOW' }),
        );
      }
      this.add(AGENT, this.#observe(source.subject, 'divergence-check', 1, { about: found }));
    }
  }

  #bullet(d: Deployment, wanted: string) {
    const item = [...d.items.values()].find((i) => i.id === wanted || i.subject === wanted);
    const subject = item?.subject ?? wanted;
    const about = item?.kind === 'assumption' ? aboutNow(d, item) : [subject];
    const run = this.fresh('run-');
    const object = { apiVersion: 'v1', kind: 'Pod', name: this.fresh('tracer-') };
    this.add(AGENT, {
      type: 'begun',
      run,
      tool: 'tracer-bullet',
      key: run,
      input: '',
      lease: this.now,
      owner: { host: '', pid: 0, born: '' },
    });
    this.add(AGENT, { type: 'placed', run, object, state: 'created', purpose: 'tracer' });
    const seen = this.#observe(subject, 'tracer-bullet', 0.7, { about, run });
    const verdict = seen.type === 'observed' ? seen.verdict : undefined;
    if (verdict?.status === 'pass') {
      this.add(
        AGENT,
        seen,
        ...about
          .filter((s) => s !== subject)
          .map(
            (s): Fact => ({ type: 'observed', subject: s, verdict, at: PLACE, asked: '', via: 'tracer-bullet', run }),
          ),
      );
    } else {
      this.add(AGENT, seen, {
        type: 'opened',
        blocker: {
          id: this.fresh('b'),
          gate: 'R',
          cause: 'bullet',
          because: 'drawn',
          subjects: about,
          assumption: subject,
        },
      });
    }
    if (this.draw.chance(0.8)) this.add(AGENT, { type: 'placed', run, object, state: 'gone', purpose: 'tracer' });
    this.add(AGENT, { type: 'ended', run, outcome: 'answered' });
  }

  #plan(d: Deployment) {
    const count = 1 + (this.draw.chance(0.6) ? 1 : 0) + (this.draw.chance(0.3) ? 1 : 0);
    const before = plan(d)?.cumulative ?? [];
    const kept = this.draw.chance(0.5) ? before.slice(0, Math.max(0, count - 1)) : [];
    const cumulative = Array.from({ length: count }, (_, i) => kept[i] ?? this.fresh('digest-'));
    const uses = [...d.items.values()].filter((i) => i.kind === 'api' || i.kind === 'image').map((i) => i.subject);
    this.add(AGENT, {
      type: 'planned',
      digest: this.fresh('plan-'),
      body: 'body',
      cumulative,
      uses,
      custom: uses.filter(() => this.draw.chance(0.2)),
      phases: cumulative.map((_, i) => ({
        number: i + 1,
        name: `phase ${i + 1}`,
        commit: this.draw.chance(0.5) ? 'after' : 'none',
        delivery: 'apply',
        irreversible: false,
      })),
    });
  }
}
