import { openBlockers, unsettled } from '../blockers.ts';
import { type Deployment, itemsOf, successor } from '../deployment.ts';
import { isDeferred, itemStanding, standing } from '../evidence.ts';
import type { Item, ItemKind } from '../facts.ts';
import { visibleLetters } from '../visible.ts';
import { type Check, call, type Fix, form, from, ok, open } from './check.ts';

/** Gate R: the research is written down, and everything it assumes has evidence. */

/** Findings with fewer visible letters than this say nothing that a later reader could use. */
export const FINDINGS_MIN = 60;

export const namespaceExists: Check = {
  name: 'namespace-exists',
  asks: 'the target namespaces exist',
  waivable: false,
  of: (d, now) =>
    d.target.namespaces.map((ns) => {
      const subject = `namespace:${ns.name}`;
      const stands = standing(d, subject, now);
      return from(stands, subject, [
        ...(stands.status === 'fail'
          ? [creation(d), { person: 'someone who may create namespaces', action: `create the namespace ${ns.name}` }]
          : [{ person: 'an administrator of the cluster', action: `let ${d.started.identity} get namespaces` }]),
        call('cluster-reality-check', d),
      ]);
    }),
};

const creation = ({ started, target }: Deployment): Fix => {
  const others = target.namespaces.flatMap(({ name }) => (name === target.namespace ? [] : name));
  return {
    tool: 'start-deployment',
    arguments: {
      component: started.component,
      namespace: target.namespace,
      context: target.context,
      ...(others.length === 0 ? {} : { namespaces: others }),
      create_namespace: true,
    },
  };
};

export const findingsDocumented: Check = {
  name: 'findings-documented',
  asks: 'the research is written down and names what it assumes',
  waivable: false,
  of: (d) => {
    const findings = d.written.findLast((w) => w.what === 'research');
    const fix = [form('record-research', d, ['findings', 'assumed_apis'])];
    if (findings === undefined) return [open('missing', 'no findings have been recorded', fix)];
    if (visibleLetters(findings.text) < FINDINGS_MIN) {
      return [
        open('fail', `the findings have fewer than ${FINDINGS_MIN} visible letters; say what was learnt, and where`, [
          form('record-research', d, ['findings']),
        ]),
      ];
    }
    if (itemsOf(d, 'api').length === 0) {
      const name = [form('record-research', d, ['assumed_apis'])];
      return [open('missing', 'no assumed API is recorded: whatever is deployed uses one (assumed_apis)', name)];
    }
    return [ok('findings and assumptions are on record')];
  },
};

/** What the item's own words cause: looking again sees the same. */
const REWORD: ReadonlySet<string> = new Set(['SpellingDiffers', 'NotRecognised']);

export const verified = (kind: ItemKind, name: string, asks: string): Check => ({
  name,
  asks,
  waivable: true,
  of: (d, now) =>
    itemsOf(d, kind).map((item) => {
      const stands = itemStanding(d, item, now);
      if (isDeferred(stands)) return ok('can not be seen from here: deferred to a tracer bullet', item.subject);
      const look = call('cluster-reality-check', d);
      const write = form('record-research', d, ['retire']);
      const reword = REWORD.has(stands.evidence?.verdict.reason ?? '');
      return from(stands, item.subject, reword ? [write, look] : [look, write]);
    }),
});

export const sourcesCompared: Check = {
  name: 'sources-compared',
  asks: 'every outside document is compared with the cluster, or it is said why not',
  waivable: true,
  of: (d, now) => {
    const sources = itemsOf(d, 'source');
    if (sources.length === 0) {
      const none = d.written.findLast((w) => w.what === 'sources');
      if (none !== undefined) return [ok(`no outside sources: ${none.text}`)];
      return [
        open(
          'missing',
          'no source is recorded; name the documents used (sources) or say why there are none (no_outside_sources)',
          [form('record-research', d, ['sources or no_outside_sources'])],
        ),
      ];
    }
    return sources.map((source) => {
      if (source.not_compared !== undefined) return ok(`not compared: ${source.not_compared}`, source.subject);
      const stands = standing(d, source.subject, now);
      const again = call('divergence-check', d, { upstream_source: source.name });
      // The same address again would be as unreadable: its text or a file of it, or why it is not compared.
      const instead = [form('divergence-check', d, ['upstream_source']), form('record-research', d, ['sources'])];
      const wasUnreadable = stands.evidence?.verdict.status === 'unknown';
      return wasUnreadable
        ? open(
            'unknown',
            `${stands.because}; pass its text or a file, retire it with replaced_by, or say why it is not compared`,
            [...instead, again],
            source.subject,
          )
        : from(stands, source.subject, [again]);
    });
  },
};

/**
 * The divergences that the latest reading of each source found. Retiring a source takes none of them away before the
 * document that replaces it has been compared: a finding is never closed by text.
 */
export function liveDivergences(d: Deployment): { subject: string; source: Item }[] {
  const retired = [...d.retired.values()].flatMap(({ item }) =>
    item.kind === 'source' && !isCompared(d, successor(d, item.subject)) ? [item] : [],
  );
  return [...itemsOf(d, 'source'), ...retired].flatMap((source) =>
    (d.observations.get(source.subject)?.at(-1)?.about ?? []).map((subject) => ({ subject, source })),
  );
}

const isCompared = (d: Deployment, source: string | undefined): boolean =>
  source !== undefined && (d.observations.get(source) ?? []).some((o) => o.verdict.status === 'pass');

export const divergencesAdjusted: Check = {
  name: 'divergences-adjusted',
  asks: 'no HIGH or UNKNOWN divergence is without a verified adjustment',
  waivable: true,
  of: (d, now) =>
    liveDivergences(d).flatMap(({ subject, source }) => {
      const latest = d.observations.get(subject)?.at(-1);
      if (latest === undefined || (latest.severity !== 'HIGH' && latest.severity !== 'UNKNOWN')) return [];
      const id = subject.slice(subject.indexOf('/') + 1);
      const fix = [
        form('record-research', d, ['adjustments'], {
          adjustments: [
            {
              divergence: id,
              adjustment: 'what is done instead',
              verified_by: { manifests: 'the adjusted manifests' },
            },
          ],
        }),
        call('divergence-check', d, { upstream_source: source.name }),
      ];
      const adjustment = d.written.findLast((w) => w.what === 'adjustment' && w.about === subject);
      if (adjustment?.verified_by === undefined) {
        return [
          open(
            latest.severity === 'HIGH' ? 'fail' : 'unknown',
            `${latest.verdict.message} (${latest.severity}): no adjustment is recorded`,
            fix,
            subject,
          ),
        ];
      }
      if ('item' in adjustment.verified_by) {
        const live = successor(d, adjustment.verified_by.item);
        const item = live === undefined ? undefined : d.items.get(live);
        if (item === undefined)
          return [open('missing', `the adjustment rests on an item that is no longer live`, fix, subject)];
        const stands = itemStanding(d, item, now);
        if (stands.status === 'pass' || isDeferred(stands)) return [ok(`adjusted: ${adjustment.text}`, subject)];
        return [from(stands, subject, [call('cluster-reality-check', d)])];
      }
      const shown = standing(d, `adjustment:${subject}`, now);
      return [shown.status === 'pass' ? ok(`adjusted: ${adjustment.text}`, subject) : from(shown, subject, fix)];
    }),
};

export const researchBlockers: Check = {
  name: 'no-research-blocker',
  asks: 'nothing found wrong is left open',
  waivable: true,
  of: (d, now) =>
    openBlockers(d, 'R', now).map((b) =>
      open(
        'fail',
        b.subjects.length === 0
          ? b.because
          : `${b.because} (needs newer evidence on ${unsettled(d, b, now).join(', ')})`,
        b.subjects.length === 0
          ? [form('record-research', d, ['findings'])]
          : [form('record-research', d, ['retire']), call('cluster-reality-check', d)],
        `blocker:${b.id}`,
      ),
    ),
};
