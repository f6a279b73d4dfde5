import { type Deployment, itemsOf, openRuns, successor } from '../deployment.ts';
import { isDeferred, itemStanding, standing } from '../evidence.ts';
import type { Instant, Item } from '../facts.ts';
import { abandoned, owedBy } from '../failed-bullets.ts';
import { isAsStrong } from '../proof.ts';
import { bullet } from './bullet.ts';
import { type Check, call, form, from, ok, open, type Result } from './check.ts';

/** Gate 0: what would sink the plan is proven by the smallest real deployment, and nothing of it is left behind. */

/**
 * The live subjects a critical assumption is about now, retired ones followed to what replaced them, with those of failed
 * bullets that it stands for.
 */
export function aboutNow(d: Deployment, assumption: Item): string[] {
  const live = (assumption.about ?? []).flatMap((s) => successor(d, s) ?? []);
  return [...new Set([...live, ...owedBy(d, assumption.subject).about])];
}

export const criticalNamed: Check = {
  name: 'critical-assumptions-named',
  asks: 'the assumptions that would sink the plan are named, each about live items',
  waivable: false,
  of: (d) => {
    const critical = itemsOf(d, 'assumption');
    if (critical.length === 0) {
      return [
        open('missing', 'no critical assumption is recorded (critical_assumptions)', [
          form('record-research', d, ['critical_assumptions']),
        ]),
      ];
    }
    return critical.map((a) =>
      aboutNow(d, a).length > 0
        ? ok(a.name, a.subject)
        : open(
            'fail',
            `"${a.name}" is about no live item: record it again with what it is about now, or retire it`,
            [form('record-research', d, ['critical_assumptions or retire'])],
            a.subject,
          ),
    );
  },
};

export const criticalProven: Check = {
  name: 'critical-assumptions-proven',
  asks: 'each is proven by a passed bullet that contains what it is about',
  waivable: true,
  of: (d, now) => [...itemsOf(d, 'assumption').map((a) => proven(d, a, now)), ...abandoned(d).map((a) => owed(d, a))],
};

function proven(d: Deployment, a: Item, now: Instant): Result {
  const about = aboutNow(d, a);
  const { proof, after } = owedBy(d, a.subject);
  const newestBlocker = Math.max(after, ...d.blockers.filter((b) => b.subjects.includes(a.subject)).map((b) => b.seq));
  const stands = standing(d, a.subject, now, { via: 'tracer-bullet', after: newestBlocker });
  const fix = [
    a.bullet === undefined ? bullet(d, a.id, about) : call('tracer-bullet', d, { assumption: a.id, ...a.bullet }),
  ];
  if (stands.status === 'pass') {
    const covered = stands.evidence?.about ?? [];
    const missing = about.filter((s) => !covered.includes(s));
    if (missing.length > 0) {
      return open('missing', `the bullet that passed did not contain ${missing.join(', ')}`, fix, a.subject);
    }
    const shown = stands.evidence?.proof;
    if (!isAsStrong(shown, proof)) {
      const weaker = `the bullet that passed shows that it is ${shown ?? 'there'}; the one that failed, and that it stands for, asked for what is ${proof}`;
      return open('missing', weaker, fix, a.subject);
    }
  }
  const reword = form('record-research', d, ['retire or critical_assumptions']);
  if (stands.status !== 'fail') return from(stands, a.subject, fix);
  // What failed is not what it is about now: an image that took the place of another is tried first.
  const tried = d.observations.get(a.subject)?.findLast((o) => o.via === 'tracer-bullet')?.about ?? [];
  const isChanged = about.some((subject) => !tried.includes(subject));
  return from(stands, a.subject, isChanged ? [...fix, reword] : [reword, ...fix]);
}

/** A failed bullet whose assumption was retired with nothing in its place: recorded again, it can be proven. */
function owed(d: Deployment, { item, blocker, about }: ReturnType<typeof abandoned>[number]): Result {
  const again = {
    assumption: item.name,
    impact: item.impact ?? 'its bullet failed',
    about: about.map((s) => d.items.get(s)?.id ?? s),
  };
  return open(
    'fail',
    `"${item.name}" was retired after its bullet failed, and ${about.join(', ')} is still used: ${blocker.because}`,
    [call('record-research', d, { critical_assumptions: [again] })],
    item.subject,
  );
}

export const deferredProven: Check = {
  name: 'deferred-items-proven',
  asks: 'what could not be seen from here is proven by a bullet on the cluster',
  waivable: true,
  of: (d, now) =>
    [...d.items.values()].flatMap((item) =>
      item.kind !== 'assumption' && isDeferred(itemStanding(d, item, now))
        ? [
            open(
              'unknown',
              `${itemStanding(d, item, now).because}; only a bullet can settle it`,
              [bullet(d, item.id, [item.subject])],
              item.subject,
            ),
          ]
        : [],
    ),
};

/** Tracer objects that may still be in the cluster: intended or created, not known to be gone. */
export const bulletsToCleanUp = (d: Deployment) =>
  d.placements.filter((p) => p.purpose === 'tracer' && p.state !== 'gone');

/** Everything of passing use that may still be in the cluster: bullets, and the namespaces of rehearsals. */
export const toCleanUp = (d: Deployment) =>
  d.placements.filter((p) => (p.purpose === 'tracer' || p.purpose === 'rehearsal') && p.state !== 'gone');

export const cleanupVerified: Check = {
  name: 'clean-up-verified',
  asks: 'nothing a bullet made is left behind',
  waivable: true,
  of: (d, now) =>
    bulletsToCleanUp(d).map((p) => {
      const subject = `${p.object.kind}/${p.object.name}`;
      if (p.kept) return ok('kept on purpose until the deployment ends', subject);
      const running = openRuns(d, now).some((r) => r.run === p.run);
      return open(
        running ? 'unknown' : 'fail',
        running ? 'its bullet is still running' : 'not known to be gone',
        [call('cluster-reality-check', d)],
        subject,
      );
    }),
};
