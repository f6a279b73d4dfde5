import { damagedWords } from '../report/index.ts';
import { type Deployment, type Refusal, refuse, type Step } from '../workflow/index.ts';
import { lines, load, loadSome, type Records } from './record.ts';

/** Closed deployments that a refusal names: the latest. */
const CLOSED_SHOWN = 10;

/** Which deployment a call is about: the one named, or the only open one of this workspace. */
export type Selected =
  | { kind: 'one'; deployment: Deployment }
  | { kind: 'none' }
  | { kind: 'refusal'; refusal: Refusal };

export async function select(
  records: Records,
  wanted: string | undefined,
  workspace: string,
  needs: Step['deployment'],
  tool: string,
): Promise<Selected> {
  if (wanted === 'none') {
    if (needs === 'optional') return { kind: 'none' };
    return {
      kind: 'refusal',
      refusal: refuse('BAD_INPUT', `deployment: ${tool} needs a deployment; only the two checks run with "none".`),
    };
  }
  if (wanted !== undefined) {
    const loaded = await load(records, wanted);
    return loaded.ok ? { kind: 'one', deployment: loaded.deployment } : { kind: 'refusal', refusal: loaded.refusal };
  }
  const { deployments, damaged } = await loadSome(records, { open: true, workspace });
  const open = deployments.filter((d) => d.closed === undefined && d.started.workspace === workspace);
  const [only] = open;
  if (only !== undefined && open.length === 1) return { kind: 'one', deployment: only };
  if (tool === 'deployment-status') return { kind: 'none' };
  if (open.length > 1) {
    return {
      kind: 'refusal',
      refusal: refuse(
        'AMBIGUOUS_DEPLOYMENT',
        `deployment: ${open.length} are open in this workspace (${open.map((d) => d.id).join(', ')}); name one.`,
        {
          next: open.map((d) => ({ tool, arguments: { deployment: d.id } })).slice(0, 3),
        },
      ),
    };
  }
  const alone = needs === 'optional' ? ` To run ${tool} on its own, without recording, pass deployment: "none".` : '';
  const closed = needs === 'any' ? await lines(records, { open: false, workspace }, CLOSED_SHOWN) : [];
  const all = (await records.ledger.countLines({})) + damaged.length;
  const begin = all === 0 ? ' Begin with start-deployment {component, namespace}.' : '';
  const named = closed.length > 0 ? ` Closed ones: ${closed.map((d) => d.id).join(', ')}.` : '';
  const lost = damaged.length === 0 ? '' : ` ${damagedWords(damaged)}`;
  return {
    kind: 'refusal',
    refusal: refuse('NO_DEPLOYMENT', `deployment: none is open in this workspace.${begin}${named}${lost}${alone}`, {
      next: [{ tool: 'deployment-status', arguments: {} }],
    }),
  };
}
