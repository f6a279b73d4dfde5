import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { TOOLS } from '../../src/tools/index.ts';
import {
  admit,
  currentGate,
  type Event,
  type Fix,
  fold,
  GATES,
  gateStanding,
  holds,
  position,
  STEPS,
  type StepName,
  stepInputOf,
} from '../../src/workflow/index.ts';
import { type Draw, World } from './law.world.ts';

/** A stream of numbers in [0, 1) as fast-check shrinks them; when it runs dry, luck turns good. */
function drawFrom(numbers: readonly number[]): Draw {
  let at = 0;
  const next = () => numbers[at++];
  return {
    chance: (p) => (next() ?? 0) < p,
    pick: (from) => from[Math.floor((next() ?? 0) * from.length)],
  };
}

const luck = fc.array(fc.float({ min: 0, max: Math.fround(0.999), noNaN: true }), { maxLength: 300 });
const steps = Object.keys(STEPS) as StepName[];

/** Ordinary work: any fix of the gate at hand, drawn at random. */
function openFixes(world: World): Fix[] {
  const at = currentGate(world.deployment, world.now);
  if (at === undefined) return [...position(world.deployment, world.now).next];
  return at.checks.filter((c) => !holds(c)).flatMap((c) => c.fix);
}

/** Thousands of steps a walk: on a busy machine they take longer than the tier's limit. */
vi.setConfig({ testTimeout: 120_000 });

test('from every reachable state, following what the refusals and gates name leads to completion', () => {
  fc.assert(
    fc.property(luck, fc.array(fc.nat({ max: 9 }), { maxLength: 120 }), (numbers, choices) => {
      const world = new World(drawFrom(numbers));
      for (let turn = 0; world.deployment.closed === undefined; turn += 1) {
        const fixes = openFixes(world);
        expect(fixes, `nothing leads on: ${JSON.stringify(position(world.deployment, world.now))}`).not.toEqual([]);
        // While there are choices left any fix is followed; then each in turn, which is what an agent in no hurry does.
        const fix = fixes[(choices[turn] ?? turn) % fixes.length];
        if (fix !== undefined) world.follow(fix);
        if (turn > 400) {
          const at = currentGate(world.deployment, world.now);
          const open = at?.checks
            .filter((c) => !holds(c))
            .map((c) => `${c.check}: ${c.because} → ${JSON.stringify(c.fix)}`);
          throw new Error(`stuck in Gate ${at?.gate.name}:\n${open?.join('\n')}`);
        }
      }
    }),
    { numRuns: 300 },
  );
});

test('the first thing a position names as the way on is admitted by the law', () => {
  fc.assert(
    fc.property(luck, fc.array(fc.nat({ max: 9 }), { maxLength: 150 }), (numbers, choices) => {
      const world = new World(drawFrom(numbers));
      for (const choice of choices) {
        if (world.deployment.closed !== undefined) return;
        const [first] = position(world.deployment, world.now).next;
        if (first !== undefined && 'tool' in first) {
          const input = first.arguments as { phase_number?: number; assumption?: string };
          const refusal = admit(first.tool as StepName, world.deployment, input, world.now);
          expect(refusal, JSON.stringify(first)).toBeUndefined();
        }
        const fixes = openFixes(world);
        const fix = fixes[choice % Math.max(1, fixes.length)];
        if (fix !== undefined) world.follow(fix);
      }
    }),
    { numRuns: 150 },
  );
});

test('from every state of Stage I, the first thing a position names is all one has to follow', () => {
  fc.assert(
    fc.property(luck, fc.array(fc.nat({ max: 9 }), { maxLength: 40 }), (numbers, choices) => {
      const drawn = drawFrom(numbers);
      const world = new World({ ...drawn, chance: () => true });
      const isIn = (gate: string) => currentGate(world.deployment, world.now)?.gate.name === gate;
      const follow = (fixes: readonly Fix[], choice: number) => {
        const fix = fixes[choice % Math.max(1, fixes.length)];
        if (fix !== undefined) world.follow(fix);
      };
      for (let turn = 0; !isIn('I'); turn += 1) follow(openFixes(world), turn);
      world.draw.chance = drawn.chance;
      for (const choice of choices) if (isIn('I')) follow(openFixes(world), choice);
      world.draw.chance = () => true;
      for (let turn = 0; isIn('I'); turn += 1) {
        const { next } = position(world.deployment, world.now);
        follow(next, 0);
        expect(turn, JSON.stringify(next[0])).toBeLessThan(60);
      }
    }),
    { numRuns: 200 },
  );
});

test("every fix's arguments are what its tool takes", () => {
  fc.assert(
    fc.property(luck, fc.array(fc.nat({ max: 9 }), { maxLength: 120 }), (numbers, choices) => {
      const world = new World(drawFrom(numbers));
      for (const choice of choices) {
        if (world.deployment.closed !== undefined) return;
        const fixes = openFixes(world);
        for (const fix of fixes) {
          if (!('tool' in fix)) continue;
          const parsed = TOOLS.find((t) => t.name === fix.tool)?.input.safeParse(fix.arguments);
          expect(parsed?.success, `${JSON.stringify(fix)}: ${JSON.stringify(parsed?.error?.issues)}`).toBe(true);
        }
        const fix = fixes[choice % Math.max(1, fixes.length)];
        if (fix !== undefined) world.follow(fix);
      }
    }),
    { numRuns: 100 },
  );
});

/** Tools whose input says something only the caller knows: a call of them that is complete would say nothing. */
const WRITTEN_BY_CALLER = ['record-research', 'submit-plan', 'record-retro'];

test('next never names a call that would be refused: it is admitted, and what it lacks is named', () => {
  fc.assert(
    fc.property(luck, fc.array(fc.nat({ max: 9 }), { maxLength: 150 }), (numbers, choices) => {
      const world = new World(drawFrom(numbers));
      for (const choice of choices) {
        const d = world.deployment;
        if (d.closed !== undefined) return;
        for (const fix of position(d, world.now).next) {
          if (!('tool' in fix)) continue;
          const refusal = admit(fix.tool as StepName, d, stepInputOf(fix.arguments), world.now);
          expect(refusal, `${JSON.stringify(fix)}: ${refusal?.message}`).toBeUndefined();
          const unwritten = String(fix.arguments.minimal_spec ?? '').startsWith('#');
          if (WRITTEN_BY_CALLER.includes(fix.tool) || unwritten)
            expect(fix.needs, JSON.stringify(fix)).not.toBeUndefined();
        }
        const fixes = openFixes(world);
        const fix = fixes[choice % Math.max(1, fixes.length)];
        if (fix !== undefined) world.follow(fix);
      }
    }),
    { numRuns: 150 },
  );
});

/** An oracle that shares no code with the law: it reads the events the way an auditor would. */
function auditor(events: readonly Event[]): string[] {
  const wrong: string[] = [];
  let digest = '';
  let cumulative: readonly string[] = [];
  let approved = '';
  for (const { seq, fact } of events) {
    if (fact.type === 'planned') {
      digest = fact.digest;
      cumulative = fact.cumulative;
    }
    if (fact.type === 'decided')
      approved = fact.choice === 'approve' ? fact.digest : approved === fact.digest ? '' : approved;
    if (fact.type === 'opened') approved = '';
    wrong.push(...wrongIn(fact, { digest, cumulative, approved }).map((what) => `${seq}: ${what}`));
  }
  return wrong;
}

type Approved = { readonly digest: string; readonly cumulative: readonly string[]; readonly approved: string };

function wrongIn(fact: Event['fact'], { digest, cumulative, approved }: Approved): string[] {
  if (fact.type === 'placed' && fact.purpose === 'phase')
    return digest === '' || approved !== digest ? ['applied without approval'] : [];
  if (fact.type !== 'observed' || fact.via !== 'phase-gate') return [];
  return [
    ...(approved === digest ? [] : ['phase evidence without approval of this plan']),
    ...(cumulative.includes(fact.bound ?? '') ? [] : ['phase evidence for another plan']),
  ];
}

test('no path records phase work without a person having approved exactly that plan', () => {
  let worked = 0;
  fc.assert(
    fc.property(
      luck,
      fc.array(fc.tuple(fc.nat({ max: 120 }), fc.nat({ max: 9 })), { minLength: 60, maxLength: 200, size: 'max' }),
      (numbers, turns) => {
        const world = new World(drawFrom(numbers));
        for (const [kind, choice] of turns) {
          if (world.deployment.closed !== undefined) break;
          // Mostly the way the gates name, now and then any step at all, with any arguments.
          const fixes = openFixes(world);
          const fix = fixes[choice % Math.max(1, fixes.length)];
          const name = steps[kind];
          const anything = name !== undefined && name !== 'abandon' && name !== 'waive';
          if (anything) world.take(name, { phase_number: 1 + (choice % 3), assumption: 'assumption-1', stage: 'plan' });
          else if (fix !== undefined) world.follow(fix);
        }
        worked += world.events.filter((e) => e.fact.type === 'placed' && e.fact.purpose === 'phase').length;
        expect(auditor(world.events)).toEqual([]);
      },
    ),
    { numRuns: 300 },
  );
  expect(worked, 'the paths drawn reached phase work at all').toBeGreaterThan(20);
});

test('a deployment completes only when every check of every gate holds', () => {
  let completed = 0;
  fc.assert(
    fc.property(luck, fc.array(fc.nat({ max: 9 }), { maxLength: 60 }), (numbers, choices) => {
      const world = new World(drawFrom(numbers));
      for (let turn = 0; turn < 200 && world.deployment.closed === undefined; turn += 1) {
        if (turn % 3 === 0) world.take('complete-deployment');
        const fixes = openFixes(world);
        const fix = fixes[(choices[turn] ?? turn) % Math.max(1, fixes.length)];
        if (fix !== undefined && world.deployment.closed === undefined) world.follow(fix);
      }
      const end = world.events.findIndex((e) => e.fact.type === 'completed');
      if (end === -1) return;
      completed += 1;
      const before = fold('x-1', world.events.slice(0, end));
      for (const gate of GATES) expect(before && gateStanding(gate, before, world.now).passes).toBe(true);
    }),
    { numRuns: 100 },
  );
  expect(completed).toBeGreaterThan(10);
});

test('whatever is refused says why and what leads on', () => {
  fc.assert(
    fc.property(
      luck,
      fc.array(fc.nat({ max: 9 }), { maxLength: 60 }),
      fc.nat({ max: 40 }),
      (numbers, choices, kind) => {
        const world = new World(drawFrom(numbers));
        for (const choice of choices) {
          const fixes = openFixes(world);
          const fix = fixes[choice % Math.max(1, fixes.length)];
          if (fix !== undefined && world.deployment.closed === undefined) world.follow(fix);
        }
        const name = steps[kind % steps.length];
        if (name === undefined) return;
        const refusal = admit(name, world.deployment, { phase_number: 2, assumption: 'assumption-1' }, world.now);
        if (refusal === undefined) return;
        expect(refusal.message.length).toBeGreaterThan(20);
        expect(refusal.next.length).toBeGreaterThan(0);
        // It never names a call that passes a gate without the work: no tool decides, waives or completes in its place.
        const tools = refusal.next.flatMap((f) => ('tool' in f ? [f.tool] : []));
        expect(tools.filter((t) => ['decide', 'waive', 'abandon'].includes(t))).toEqual([]);
      },
    ),
    { numRuns: 300 },
  );
});
