import type { Engine } from '../engine/index.ts';
import type { Deployment, Event } from '../workflow/index.ts';

/** What can be read of a deployment, each as a Markdown document. */
export const VIEWS = [
  { name: 'status', title: 'Status', description: 'Stage, gates with their checks, blockers, runs, time budget' },
  { name: 'plan', title: 'Plan', description: 'The plan as last submitted, and how far its phases are' },
  { name: 'timeline', title: 'Timeline', description: 'Every event of the record, in order' },
  { name: 'report', title: 'Report', description: 'Status, research, plan, retrospective, documentation and timeline' },
] as const;

export type View = (typeof VIEWS)[number]['name'];

/** The reports are loaded when one is read; a server that is only asked for its lists has no use for them. */
export async function view(name: View, d: Deployment, engine: Engine): Promise<string> {
  const report = await import('../report/index.ts');
  const words = await import('../tools/deployment-status.text.ts');
  switch (name) {
    case 'status':
      return words.statusText(report.statusReport(d, engine.now()));
    case 'plan':
      return planOf();
    case 'timeline':
      return report.timelineMarkdown(await eventsOf(d.id, engine));
    case 'report': {
      const events = await eventsOf(d.id, engine);
      return [
        words.statusText(report.statusReport(d, engine.now())),
        section('Research', words.researchText(report.researchReport(d, engine.now()))),
        section('Plan', await planOf()),
        section('Retrospective', (await latest('retro')) ?? report.retrospective(d, events, {})),
        section('Documentation', (await latest('documentation')) ?? 'None yet.'),
        section('Timeline', report.timelineMarkdown(events)),
      ].join('\n\n');
    }
  }

  async function planOf(): Promise<string> {
    const { planReview } = await import('../tools/review/review.ts');
    const get = async (digest: string) => (await engine.evidence(digest))?.text;
    const shown = await planReview({ get, now: () => engine.now() }, d);
    return words.planText({ ...report.planReport(d), plan: shown });
  }

  async function latest(what: 'retro' | 'documentation'): Promise<string | undefined> {
    const written = d.written.findLast((w) => w.what === what);
    if (written === undefined) return undefined;
    const stored = written.body === undefined ? undefined : await engine.evidence(written.body);
    return stored?.text ?? written.text;
  }
}

const section = (title: string, text: string): string => `## ${title}\n\n${text}`;

async function eventsOf(id: string, engine: Engine): Promise<readonly Event[]> {
  const { parseEvents } = await import('../workflow/index.ts');
  const ledger = await engine.ledger();
  const parsed = parseEvents((await ledger.read(id)).rows);
  return parsed.ok ? parsed.events : [];
}
