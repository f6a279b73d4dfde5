import { describe, expect, test } from 'vitest';
import { started } from '../../src/report/fixtures/record.ts';
import {
  type Actor,
  admit,
  type Event,
  evaluate,
  type Fact,
  fold,
  GATES,
  gate,
  gateStanding,
  holds,
  MAX_AGE_MS,
  NO_DEMAND,
  openBlockers,
  parseEvents,
  permit,
  phases,
  position,
} from '../../src/workflow/index.ts';

const AGENT: Actor = { kind: 'agent', client: 'test' };
const PERSON: Actor = { kind: 'person', assurance: 'operator' };
const START = Date.parse('2026-11-23T10:00:00.000Z');
const HERE = { cluster: 'c', namespace: 'ns', namespace_uid: 'u1' };

/** A record written by hand: one second an event. */
function record() {
  const events: Event[] = [];
  const self = {
    events,
    now: () => new Date(START + events.length * 1000).toISOString(),
    add(by: Actor, ...facts: Fact[]) {
      for (const fact of facts)
        events.push({ seq: events.length + 1, at: new Date(START + events.length * 1000).toISOString(), by, fact });
      return self;
    },
    saw(subject: string, status: 'pass' | 'fail' | 'unknown', more: Partial<Extract<Fact, { type: 'observed' }>> = {}) {
      return self.add(AGENT, {
        type: 'observed',
        subject,
        verdict: { status, reason: 'R', message: 'm' },
        at: HERE,
        asked: '?',
        via: 'cluster-reality-check',
        ...more,
      });
    },
    claim(kind: 'api' | 'image' | 'configuration' | 'source' | 'assumption', subject: string, more: object = {}) {
      return self.add(AGENT, {
        type: 'claimed',
        item: { id: subject.replace(':', '-'), kind, subject, name: subject, ...more },
      });
    },
    get d() {
      const folded = fold('x-1', events);
      if (folded === undefined) throw new Error('not started');
      return folded;
    },
  };
  return self.add(AGENT, started('x', { cluster: 'c', namespace: 'ns', uid: 'u1' }));
}

const researched = () =>
  record()
    .saw('namespace:ns', 'pass')
    .add(
      AGENT,
      { type: 'written', what: 'research', text: 'f'.repeat(80) },
      { type: 'written', what: 'sources', text: 'none' },
    )
    .claim('api', 'api:apps/v1/Deployment')
    .saw('api:apps/v1/Deployment', 'pass')
    .claim('image', 'image:r/app:1')
    .saw('image:r/app:1', 'pass');

const proven = () =>
  researched()
    .claim('assumption', 'assumption:app', { impact: 'sinks', about: ['image:r/app:1'] })
    .saw('assumption:app', 'pass', { via: 'tracer-bullet', about: ['image:r/app:1'] });

const planned = (digest: string, cumulative: string[]): Fact => ({
  type: 'planned',
  digest,
  body: 'b',
  cumulative,
  uses: ['api:apps/v1/Deployment', 'image:r/app:1'],
  custom: [],
  phases: cumulative.map((_, i) => ({
    number: i + 1,
    name: `p${i + 1}`,
    commit: 'none',
    delivery: 'apply',
    irreversible: false,
  })),
});
const approve = (digest: string): Fact => ({
  type: 'decided',
  digest,
  choice: 'approve',
  until: '2027-01-01T00:00:00.000Z',
});
const passes = (r: ReturnType<typeof record>, name: 'R' | '0' | 'P' | 'I' | 'V') =>
  gateStanding(gate(name), r.d, r.now()).passes;
const status = (r: ReturnType<typeof record>, name: string) => {
  const check = GATES.flatMap((g) => g.checks).find((c) => c.name === name);
  if (check === undefined) throw new Error(name);
  return evaluate(check, r.d, r.now());
};

describe('Gate R', () => {
  test('empty research passes nothing: findings "x" and empty lists', () => {
    const r = record().saw('namespace:ns', 'pass').add(AGENT, { type: 'written', what: 'research', text: 'x' });
    expect(passes(r, 'R')).toBe(false);
    expect(status(r, 'findings-documented').status).toBe('fail');
  });

  test('research with evidence on every item passes', () => expect(passes(researched(), 'R')).toBe(true));

  test('unknown is not pass, and says what would settle it', () => {
    const r = researched().claim('api', 'api:g/v1/K').saw('api:g/v1/K', 'unknown');
    expect(passes(r, 'R')).toBe(false);
    expect(status(r, 'apis-verified').fix.length).toBeGreaterThan(0);
  });

  test('an image that can not be seen from here is deferred: R passes, Gate 0 asks for a bullet that pulls it', () => {
    const r = proven().claim('image', 'image:far/app:1').saw('image:far/app:1', 'unknown', { deferrable: true });
    expect(passes(r, 'R')).toBe(true);
    expect(status(r, 'deferred-items-proven').fix[0]).toMatchObject({ tool: 'tracer-bullet' });
    r.saw('image:far/app:1', 'pass', { via: 'tracer-bullet' });
    expect(passes(r, '0')).toBe(true);
    r.saw('image:far/app:1', 'unknown', { deferrable: true });
    expect(passes(r, '0'), 'not seeing it again speaks against nothing').toBe(true);
  });

  test('evidence from another namespace, another cluster or a namespace made anew counts for nothing', () => {
    for (const at of [
      { ...HERE, namespace: 'other' },
      { ...HERE, cluster: 'd' },
      { ...HERE, namespace_uid: 'u2' },
    ]) {
      const r = researched().claim('api', 'api:g/v1/K').saw('api:g/v1/K', 'pass', { at });
      expect(status(r, 'apis-verified').status, JSON.stringify(at)).toBe('missing');
    }
  });

  test('evidence grows too old, until approval of this plan is asked for', () => {
    const r = proven().add(AGENT, planned('d1', ['c1']));
    const later = new Date(START + MAX_AGE_MS + 60_000).toISOString();
    expect(gateStanding(gate('R'), r.d, later).passes).toBe(false);
    r.add(AGENT, {
      type: 'begun',
      run: 'r1',
      tool: 'request-approval',
      key: 'plan',
      input: 'i',
      lease: r.now(),
      owner: { host: 'h', pid: 1, born: '' },
      bound: 'd1',
    });
    expect(gateStanding(gate('R'), r.d, later).passes).toBe(true);
  });

  test('a HIGH divergence holds until an adjustment is verified by evidence, not by its text', () => {
    const r = researched()
      .claim('source', 'source:doc')
      .saw('divergence:d', 'fail', { via: 'divergence-check', severity: 'HIGH' })
      .saw('source:doc', 'pass', { via: 'divergence-check', about: ['divergence:d'] });
    expect(status(r, 'divergences-adjusted').status).toBe('fail');
    r.add(AGENT, {
      type: 'written',
      what: 'adjustment',
      text: 'we adjusted it',
      about: 'divergence:d',
      verified_by: { manifests: 'sha256:1' },
    });
    expect(status(r, 'divergences-adjusted').status).toBe('missing');
    r.saw('adjustment:divergence:d', 'pass', { via: 'record-research' });
    expect(status(r, 'divergences-adjusted').status).toBe('pass');
  });

  test('a source that is retired takes its divergences along only when what replaces it has been compared', () => {
    const r = researched()
      .claim('source', 'source:doc')
      .saw('divergence:d', 'fail', { via: 'divergence-check', severity: 'HIGH' })
      .saw('source:doc', 'pass', { via: 'divergence-check', about: ['divergence:d'] })
      .add(AGENT, { type: 'retired', subject: 'source:doc', because: 'not needed after all' });
    expect(status(r, 'divergences-adjusted').status).toBe('fail');
    r.claim('source', 'source:doc').claim('source', 'source:newer').add(AGENT, {
      type: 'retired',
      subject: 'source:doc',
      because: 'a newer edition',
      replaced_by: 'source:newer',
    });
    expect(status(r, 'divergences-adjusted').status).toBe('fail');
    r.saw('source:newer', 'pass', { via: 'divergence-check', about: [] });
    expect(status(r, 'divergences-adjusted').status).toBe('pass');
  });
});

describe('Gate 0 and blockers', () => {
  const failed = () =>
    proven()
      .saw('assumption:app', 'fail', { via: 'tracer-bullet', about: ['image:r/app:1'] })
      .add(AGENT, {
        type: 'opened',
        blocker: {
          id: 'b1',
          gate: 'R',
          cause: 'bullet',
          because: 'ImagePullBackOff',
          subjects: ['image:r/app:1'],
          assumption: 'assumption:app',
        },
      });

  test('a failed bullet sends back to research, and text does not close it', () => {
    const r = failed();
    expect(position(r.d, r.now()).stage).toBe('research');
    r.add(AGENT, {
      type: 'written',
      what: 'research',
      text: 'all is fine now, really, it is all settled and good to go, trust me',
    });
    expect(openBlockers(r.d, 'R', r.now())).toHaveLength(1);
  });

  test('newer passing evidence on its subject closes it; the bullet itself must be fired again', () => {
    const r = failed().saw('image:r/app:1', 'pass');
    expect(passes(r, 'R')).toBe(true);
    expect(status(r, 'critical-assumptions-proven').status).toBe('fail');
    r.saw('assumption:app', 'pass', { via: 'tracer-bullet', about: ['image:r/app:1'] });
    expect(passes(r, '0')).toBe(true);
  });

  test('a retired item is followed to what replaced it, and the old bullet proves nothing about that', () => {
    const r = failed()
      .claim('image', 'image:mirror/app:1')
      .add(AGENT, { type: 'retired', subject: 'image:r/app:1', because: 'policy', replaced_by: 'image:mirror/app:1' });
    expect(passes(r, 'R')).toBe(false);
    expect(status(failed(), 'critical-assumptions-proven').fix[0]).toMatchObject({ tool: 'record-research' });
    r.saw('image:mirror/app:1', 'pass');
    expect(passes(r, 'R')).toBe(true);
    expect(status(r, 'critical-assumptions-proven').status).not.toBe('pass');
    expect(status(r, 'critical-assumptions-proven').fix[0], 'the other image is tried').toMatchObject({
      tool: 'tracer-bullet',
    });
    r.saw('assumption:app', 'pass', { via: 'tracer-bullet', about: ['image:mirror/app:1'] });
    expect(passes(r, '0')).toBe(true);
  });

  describe('a failed bullet is not retired away', () => {
    const owed = () =>
      proven()
        .saw('assumption:app', 'fail', { via: 'tracer-bullet', about: ['image:r/app:1'] })
        .add(AGENT, {
          type: 'opened',
          blocker: {
            id: 'b1',
            gate: 'R',
            cause: 'bullet',
            because: 'it never came up',
            subjects: ['image:r/app:1'],
            assumption: 'assumption:app',
            proof: 'reported',
          },
        })
        .saw('image:r/app:1', 'pass');
    const trivial = () => owed().claim('assumption', 'assumption:other', { impact: 'i', about: ['api:v1/Pod'] });
    const fired = (r: ReturnType<typeof owed>, about: string[], proof: 'stored' | 'started' | 'reported') =>
      r.saw('assumption:other', 'pass', { via: 'tracer-bullet', about, proof });
    const stands = (r: ReturnType<typeof owed>) => status(r, 'critical-assumptions-proven').status;

    test('nothing in its place: open as long as what it was about is used; recorded again, it can be proven', () => {
      const r = trivial().add(AGENT, { type: 'retired', subject: 'assumption:app', because: 'covered' });
      fired(r, ['api:v1/Pod'], 'reported');
      expect(stands(r)).toBe('fail');
      r.claim('assumption', 'assumption:app', { impact: 'i', about: ['image:r/app:1'] });
      r.saw('assumption:app', 'pass', { via: 'tracer-bullet', about: ['image:r/app:1'] });
      expect(stands(r)).toBe('pass');
    });

    test('what it was about is used no more: settled', () => {
      const r = trivial()
        .add(AGENT, { type: 'retired', subject: 'assumption:app', because: 'covered' })
        .add(AGENT, { type: 'retired', subject: 'image:r/app:1', because: 'not used' });
      fired(r, ['api:v1/Pod'], 'reported');
      expect(stands(r)).toBe('pass');
    });

    test('a successor must show the same items, by a criterion at least as strong', () => {
      const retired = {
        type: 'retired',
        subject: 'assumption:app',
        because: 'c',
        replaced_by: 'assumption:other',
      } as const;
      const r = trivial().add(AGENT, retired);
      expect(stands(fired(r, ['api:v1/Pod'], 'reported'))).toBe('missing');
      expect(stands(fired(r, ['api:v1/Pod', 'image:r/app:1'], 'started'))).toBe('missing');
      expect(stands(fired(r, ['api:v1/Pod', 'image:r/app:1'], 'reported'))).toBe('pass');
    });

    test('recorded again about something smaller, it must still show what it failed on', () => {
      const r = owed().claim('assumption', 'assumption:app', { impact: 'i', about: ['api:v1/Pod'] });
      r.saw('assumption:app', 'pass', { via: 'tracer-bullet', about: ['api:v1/Pod'] });
      expect(stands(r)).toBe('missing');
      r.saw('assumption:app', 'pass', { via: 'tracer-bullet', about: ['api:v1/Pod', 'image:r/app:1'] });
      expect(stands(r)).toBe('pass');
    });

    test('a person waives it', () => {
      const r = trivial().add(AGENT, { type: 'retired', subject: 'assumption:app', because: 'covered' });
      fired(r, ['api:v1/Pod'], 'reported');
      r.add(
        { kind: 'person', name: 'ada', assurance: 'operator' },
        {
          type: 'waived',
          check: 'critical-assumptions-proven',
          subject: 'assumption:app',
          because: 'known',
          until: '2030-01-01T00:00:00Z',
        },
      );
      expect(status(r, 'critical-assumptions-proven').status).not.toBe('fail');
    });
  });

  test("another assumption's bullet may go on while this blocker is open; its own may not", () => {
    const r = failed().claim('assumption', 'assumption:other', { impact: 'i', about: ['image:r/app:1'] });
    expect(admit('tracer-bullet', r.d, { assumption: 'assumption:other' }, r.now())).toBeUndefined();
    expect(admit('tracer-bullet', r.d, { assumption: 'assumption:app' }, r.now())?.code).toBe('GATE_NOT_PASSED');
  });

  test('what a bullet left behind holds Gate 0 until it is gone, unless it is kept on purpose', () => {
    const placed = (state: 'created' | 'gone', kept = false): Fact => ({
      type: 'placed',
      run: 'r',
      object: { apiVersion: 'v1', kind: 'Pod', name: 'p' },
      state,
      purpose: 'tracer',
      ...(kept ? { kept } : {}),
    });
    const r = proven().add(AGENT, placed('created'));
    expect(passes(r, '0')).toBe(false);
    expect(passes(r.add(AGENT, placed('gone')), '0')).toBe(true);
    expect(passes(proven().add(AGENT, placed('created', true)), '0')).toBe(true);
  });
});

describe('Gate P and the phases', () => {
  const approved = (digest = 'd1', cumulative = ['c1', 'c2', 'c3', 'c4']) =>
    proven().add(AGENT, planned(digest, cumulative)).add(PERSON, approve(digest));
  const pass = (n: number, bound: string): Fact => ({
    type: 'observed',
    subject: `phase:${n}`,
    verdict: { status: 'pass', reason: 'R', message: 'm' },
    at: HERE,
    asked: '',
    via: 'phase-gate',
    bound,
  });

  test('no phase work without approval, and the refusal says who gives it', () => {
    const r = proven().add(AGENT, planned('d1', ['c1']));
    const refusal = admit('apply-phase', r.d, { phase_number: 1 }, r.now());
    expect(refusal?.code).toBe('APPROVAL_REQUIRED');
    expect(JSON.stringify(refusal)).toContain('infragate approve');
  });

  test('approval is of exactly one digest', () => {
    const r = approved().add(AGENT, planned('d2', ['c1']));
    expect(admit('apply-phase', r.d, { phase_number: 1 }, r.now())?.code).toBe('APPROVAL_REQUIRED');
  });

  test('an approval that has ended, or after which something was found wrong, must be given again', () => {
    const ended = proven()
      .add(AGENT, planned('d1', ['c1']))
      .add(PERSON, { type: 'decided', digest: 'd1', choice: 'approve', until: new Date(START).toISOString() });
    expect(status(ended, 'plan-approved').status).toBe('stale');
    const doubted = approved().add(AGENT, {
      type: 'opened',
      blocker: { id: 'b', gate: 'P', cause: 'return-to', because: 'x', subjects: [] },
    });
    expect(status(doubted, 'plan-approved').status).toBe('stale');
  });

  test('a plan blocker is closed by a plan with another digest only', () => {
    const r = approved().add(PERSON, {
      type: 'opened',
      blocker: { id: 'b', gate: 'P', cause: 'revise', because: 'smaller', subjects: [] },
    });
    r.add(AGENT, planned('d1', ['c1', 'c2', 'c3', 'c4']));
    expect(openBlockers(r.d, 'P', r.now())).toHaveLength(1);
    r.add(AGENT, planned('d2', ['c1', 'c2', 'c3', 'x4']));
    expect(openBlockers(r.d, 'P', r.now())).toHaveLength(0);
  });

  test('phases are proven in order', () => {
    const r = approved();
    expect(admit('apply-phase', r.d, { phase_number: 2 }, r.now())?.code).toBe('PHASE_ORDER');
    expect(admit('apply-phase', r.d, { phase_number: 1 }, r.now())).toBeUndefined();
    r.add(AGENT, pass(1, 'c1'));
    expect(admit('apply-phase', r.d, { phase_number: 2 }, r.now())).toBeUndefined();
    expect(permit(r.d, r.now()).phase).toBe(2);
  });

  test('a phase waits for the commit of the one before: next names the commit, and the gate that looks for it', () => {
    const plan = planned('d1', ['c1', 'c2']);
    if (plan.type !== 'planned') throw new Error(plan.type);
    const r = proven()
      .add(AGENT, { ...plan, phases: plan.phases.map((p) => ({ ...p, commit: 'after' })) })
      .add(PERSON, approve('d1'))
      .saw('phase:1', 'pass', { via: 'phase-gate', bound: 'c1' });
    expect(position(r.d, r.now()).next).toEqual([
      { command: expect.stringMatching(/^git commit -m 'phase 1: p1'/) },
      { tool: 'phase-gate', arguments: { deployment: 'x-1', phase_number: 1 } },
    ]);
    r.add(AGENT, { type: 'committed', phase: 1, sha: 'abc', bound: 'c1' });
    expect(position(r.d, r.now()).next[0]).toMatchObject({ tool: 'apply-phase', arguments: { phase_number: 2 } });
  });

  test('what is applied after a gate failed leads to the gate, not to another apply', () => {
    const tools = () => position(r.d, r.now()).next.map((n) => ('tool' in n ? n.tool : ''));
    const r = approved().saw('phase:1', 'fail', { via: 'phase-gate', bound: 'c1' });
    expect(tools()[0]).toBe('apply-phase');
    r.add(AGENT, {
      type: 'placed',
      run: 'r',
      object: { apiVersion: 'v1', kind: 'ConfigMap', name: 'web', namespace: 'ns' },
      state: 'created',
      purpose: 'phase',
      phase: 1,
    });
    expect(tools()[0], 'not all of it was applied').toBe('apply-phase');
    r.saw('applied:1', 'pass', { via: 'apply-phase', bound: 'c1' });
    expect(tools()[0]).toBe('phase-gate');
  });

  test('an item whose own words are wrong leads to writing it anew, not to the same look', () => {
    const r = approved().claim('api', 'api:Deployment');
    const first = () => position(r.d, r.now()).next.map((n) => ('tool' in n ? n.tool : ''))[0];
    expect(first()).toBe('cluster-reality-check');
    r.saw('api:Deployment', 'fail', { verdict: { status: 'fail', reason: 'SpellingDiffers', message: 'm' } });
    expect(first()).toBe('record-research');
  });

  test('a way back that was tried from another phase than the last is not the one that Gate V asks for', () => {
    const r = approved().add(AGENT, pass(1, 'c1'), pass(2, 'c2'), pass(3, 'c3'), pass(4, 'c4'));
    const tried = (is: 'pass' | 'fail', phase: number) =>
      r.saw('rollback-test', is, { via: 'rollback-test', bound: 'd1', about: [`phase:${phase}`] });
    tried('pass', 1);
    expect(status(r, 'rollback-tested')).toMatchObject({
      status: 'missing',
      fix: [{ tool: 'rollback-test', arguments: { deployment: 'x-1' } }],
    });
    tried('pass', 4);
    tried('pass', 2);
    expect(status(r, 'rollback-tested').status).toBe('pass');
    tried('fail', 2);
    expect(status(r, 'rollback-tested').status).toBe('fail');
  });

  test('a rehearsal that failed is answered by a rehearsal of that phase or another plan, not by a dry run', () => {
    const r = approved().add(AGENT, pass(1, 'c1'), pass(2, 'c2'), pass(3, 'c3'), pass(4, 'c4'));
    const tried = (is: 'pass' | 'fail', phase?: number) =>
      r.saw('rollback-test', is, {
        via: 'rollback-test',
        bound: 'd1',
        ...(phase === undefined ? {} : { facet: 'rehearsed' as const, about: [`phase:${phase}`] }),
      });
    tried('pass');
    expect(status(r, 'rollback-tested').status).toBe('pass');
    tried('fail', 2);
    tried('pass');
    tried('pass', 4);
    const open = status(r, 'rollback-tested');
    expect(open.status).toBe('fail');
    expect(open.fix).toEqual([
      { tool: 'rollback-test', arguments: { deployment: 'x-1', phase_number: 2, rehearse: true } },
    ]);
    tried('pass', 2);
    expect(status(r, 'rollback-tested').status).toBe('pass');
    tried('fail', 2);
    r.add(AGENT, planned('d2', ['c1', 'c2', 'c3', 'c4']));
    expect(status(r, 'rollback-tested').status).toBe('missing');
  });

  test('revising phase 4 keeps what 1 to 3 have proven, once it is approved again', () => {
    const r = approved().add(AGENT, pass(1, 'c1'), pass(2, 'c2'), pass(3, 'c3'));
    r.add(AGENT, planned('d2', ['c1', 'c2', 'c3', 'x4']));
    expect(admit('apply-phase', r.d, { phase_number: 4 }, r.now())?.code).toBe('APPROVAL_REQUIRED');
    r.add(PERSON, approve('d2'));
    expect(phases(r.d).map((p) => p.latest?.verdict.status)).toEqual(['pass', 'pass', 'pass', undefined]);
    expect(admit('apply-phase', r.d, { phase_number: 4 }, r.now())).toBeUndefined();
  });

  test('revising phase 2 takes back what 2 and later have proven', () => {
    const r = approved()
      .add(AGENT, pass(1, 'c1'), pass(2, 'c2'), pass(3, 'c3'), planned('d2', ['c1', 'x2', 'x3', 'x4']))
      .add(PERSON, approve('d2'));
    expect(admit('apply-phase', r.d, { phase_number: 3 }, r.now())?.code).toBe('PHASE_ORDER');
  });

  test('a plan that uses a retired item is not covered', () => {
    const r = proven()
      .claim('image', 'image:n:1')
      .saw('image:n:1', 'pass')
      .add(AGENT, { type: 'retired', subject: 'image:r/app:1', because: 'gone', replaced_by: 'image:n:1' })
      .add(AGENT, planned('d1', ['c1']));
    expect(status(r, 'plan-covered').status).toBe('fail');
  });

  describe('several people', () => {
    const passkey = (name: string, ...groups: string[]): Actor => ({
      kind: 'person',
      assurance: 'passkey',
      name,
      groups,
    });
    const standing = (approvers: object, ...people: Actor[]) => {
      const r = proven().add(AGENT, planned('d1', ['c1']));
      for (const person of people) r.add(person, approve('d1'));
      const demand = {
        ...NO_DEMAND,
        assurance: 'passkey' as const,
        approvers: { ...NO_DEMAND.approvers, ...approvers },
      };
      const d = fold('x-1', r.events, demand);
      const check = gate('P').checks.find(({ name }) => name === 'plan-approved');
      if (d === undefined || check === undefined) throw new Error('no plan was approved');
      return evaluate(check, d, r.now());
    };

    test.each<[string, object, Actor[], string]>([
      ['one of two', { least: 2 }, [passkey('ann')], 'missing'],
      ['one person twice', { least: 2 }, [passkey('ann'), passkey('ann')], 'missing'],
      ['two people', { least: 2 }, [passkey('ann'), passkey('bob')], 'pass'],
      ['two forms', { least: 2 }, [PERSON, PERSON], 'missing'],
      ['a passkey and a passphrase', { least: 2 }, [passkey('ann'), PERSON], 'missing'],
      ['nobody of the group', { groups: ['security'] }, [passkey('ann', 'web')], 'missing'],
      ['somebody of the group', { groups: ['security'] }, [passkey('ann', 'security')], 'pass'],
      ['each of two groups', { groups: ['a', 'b'] }, [passkey('ann', 'a'), passkey('bob', 'b')], 'pass'],
      ['an account that nobody knows', { not_requester: true }, [passkey('ann')], 'missing'],
    ])('%s', (_what, approvers, people, expected) => {
      expect(standing(approvers, ...people).status).toBe(expected);
    });

    test('a revision in between takes the first approval away', () => {
      const revise: Fact = { type: 'decided', digest: 'd1', choice: 'revise', remark: 'smaller' };
      const r = proven()
        .add(AGENT, planned('d1', ['c1']))
        .add(passkey('ann'), approve('d1'));
      r.add(passkey('bob'), revise).add(passkey('bob'), approve('d1'));
      const d = fold('x-1', r.events, { ...NO_DEMAND, approvers: { ...NO_DEMAND.approvers, least: 2 } });
      const check = gate('P').checks.find(({ name }) => name === 'plan-approved');
      if (d === undefined || check === undefined) throw new Error('no plan was approved');
      expect(evaluate(check, d, r.now())).toMatchObject({
        status: 'missing',
        because: expect.stringContaining('1 did so far'),
      });
    });
  });

  test('capacity that our own phases use up is judged by what was seen before them', () => {
    const r = approved()
      .claim('configuration', 'configuration:2 CPU free')
      .saw('configuration:2 CPU free', 'pass', { facet: 'capacity' });
    r.add(AGENT, {
      type: 'placed',
      run: 'r',
      object: { apiVersion: 'v1', kind: 'Pod', name: 'p' },
      state: 'created',
      purpose: 'phase',
      phase: 1,
    });
    r.saw('configuration:2 CPU free', 'fail', { facet: 'capacity' });
    expect(status(r, 'configuration-verified').status).toBe('pass');
  });
});

test('a waiver holds for its check and its subject, until it ends; validity and approval can not be waived', () => {
  const r = researched().claim('api', 'api:g/v1/K').saw('api:g/v1/K', 'fail');
  const until = new Date(START + 3_600_000).toISOString();
  r.add(PERSON, { type: 'waived', check: 'apis-verified', subject: 'api:g/v1/K', because: 'known', until });
  expect(status(r, 'apis-verified').status).toBe('waived');
  expect(gateStanding(gate('R'), r.d, new Date(START + 7_200_000).toISOString()).passes).toBe(false);
  r.add(PERSON, { type: 'waived', check: 'plan-approved', because: 'hurry', until });
  expect(holds(status(r, 'plan-approved'))).toBe(false);
});

test('a closed deployment takes no more steps, but its retrospective may be written', () => {
  const r = researched().add(PERSON, { type: 'abandoned', because: 'enough' });
  expect(admit('record-research', r.d, {}, r.now())?.code).toBe('DEPLOYMENT_CLOSED');
  expect(admit('record-retro', r.d, {}, r.now())).toBeUndefined();
});

test('a fact this version does not know makes the deployment unreadable, and names its row', () => {
  const parsed = parseEvents([{ seq: 7, at: 'x', by: AGENT, fact: { type: 'invented' } }]);
  expect(parsed).toMatchObject({ ok: false, seq: 7 });
});

test('a claim made again keeps its id, and a retired item comes back with it', () => {
  const r = researched()
    .add(AGENT, { type: 'retired', subject: 'image:r/app:1', because: 'x' })
    .claim('image', 'image:r/app:1', { id: 'another' });
  expect(r.d.items.get('image:r/app:1')?.id).toBe('image-r/app:1');
  expect(r.d.retired.size).toBe(0);
});

test('where the operator asks for more than a form, a form neither approves nor waives', () => {
  const until = '2027-01-01T00:00:00.000Z';
  const decidedBy = (assurance: 'elicited' | 'operator') => {
    const by: Actor = { kind: 'person', assurance };
    const r = proven()
      .claim('api', 'api:g/v1/K')
      .saw('api:g/v1/K', 'fail')
      .add(by, { type: 'waived', check: 'apis-verified', subject: 'api:g/v1/K', because: 'known', until })
      .add(AGENT, planned('d1', ['c1']))
      .add(by, approve('d1'));
    const open = (least: 'elicited' | 'operator') => {
      const d = fold('x-1', r.events, { ...NO_DEMAND, assurance: least });
      if (d === undefined) throw new Error('not started');
      return (['R', 'P'] as const).flatMap((name) =>
        gateStanding(gate(name), d, r.now())
          .checks.filter((e) => !holds(e))
          .map((e) => e.check),
      );
    };
    return [open('elicited'), open('operator')];
  };
  expect(decidedBy('operator')).toEqual([[], []]);
  expect(decidedBy('elicited')).toEqual([[], ['apis-verified', 'plan-approved']]);
});

/** One example a rule: check × record → status. Each was once left alive by a mutation of the rule it is about. */
describe('a rule, by an example', () => {
  const divergence = (severity: 'HIGH' | 'UNKNOWN' | 'MEDIUM' | 'LOW' | 'NONE') =>
    researched()
      .claim('source', 'source:doc')
      .saw('divergence:doc/x', severity === 'UNKNOWN' ? 'unknown' : 'fail', { severity, via: 'divergence-check' })
      .saw('source:doc', 'pass', { via: 'divergence-check', about: ['divergence:doc/x'] });
  const bulletAbout = (...about: string[]) =>
    researched()
      .claim('assumption', 'assumption:app', { impact: 'sinks', about: ['image:r/app:1', 'api:apps/v1/Deployment'] })
      .saw('assumption:app', 'pass', { via: 'tracer-bullet', about });
  const custom = (...shown: string[]) => {
    const r = proven().claim('api', 'api:g/v1/K').saw('api:g/v1/K', 'pass');
    for (const subject of shown) r.saw(subject, 'pass', { via: 'tracer-bullet' });
    return r.add(AGENT, { ...planned('d1', ['c1']), uses: ['api:g/v1/K'], custom: ['api:g/v1/K'] } as Fact);
  };
  const twoOpen = (subject: string | undefined) =>
    researched()
      .claim('api', 'api:g/v1/A')
      .saw('api:g/v1/A', 'fail')
      .claim('api', 'api:g/v1/B')
      .saw('api:g/v1/B', 'fail')
      .add(PERSON, {
        type: 'waived',
        check: 'apis-verified',
        because: 'known',
        until: '2027-01-01T00:00:00.000Z',
        ...(subject === undefined ? {} : { subject }),
      });
  const replaced = (seen: boolean) => {
    const r = researched()
      .add(AGENT, {
        type: 'opened',
        blocker: { id: 'b1', gate: 'R', cause: 'bullet', because: 'x', subjects: ['image:r/app:1'] },
      })
      .claim('image', 'image:r/app:2')
      .add(AGENT, { type: 'retired', subject: 'image:r/app:1', because: 'x', replaced_by: 'image:r/app:2' });
    return seen ? r.saw('image:r/app:2', 'pass') : r;
  };

  test.each([
    ['divergences-adjusted', 'a HIGH divergence', divergence('HIGH'), 'fail'],
    ['divergences-adjusted', 'an UNKNOWN divergence', divergence('UNKNOWN'), 'unknown'],
    ['divergences-adjusted', 'a MEDIUM divergence', divergence('MEDIUM'), 'pass'],
    ['divergences-adjusted', 'a LOW divergence', divergence('LOW'), 'pass'],
    ['critical-assumptions-proven', 'a bullet with nothing of it', bulletAbout(), 'missing'],
    ['critical-assumptions-proven', 'a bullet with one of two', bulletAbout('image:r/app:1'), 'missing'],
    [
      'critical-assumptions-proven',
      'a bullet with both',
      bulletAbout('image:r/app:1', 'api:apps/v1/Deployment'),
      'pass',
    ],
    ['plan-covered', 'a custom kind that no bullet tried', custom(), 'missing'],
    ['plan-covered', 'a custom kind, and a bullet of another one', custom('api:g/v1/Other'), 'missing'],
    ['plan-covered', 'a custom kind that a bullet tried', custom('api:g/v1/K'), 'pass'],
    ['apis-verified', 'a waiver for one of two subjects', twoOpen('api:g/v1/A'), 'fail'],
    ['apis-verified', 'a waiver for the whole check', twoOpen(undefined), 'waived'],
    ['no-research-blocker', 'a blocker about a replaced subject, unseen', replaced(false), 'fail'],
    ['no-research-blocker', 'its replacement seen since', replaced(true), 'pass'],
  ] as const)('%s: %s', (name, _what, r, expected) => {
    expect(status(r, name).status).toBe(expected);
  });
});
