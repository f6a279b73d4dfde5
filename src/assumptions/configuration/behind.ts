import { fail, pass } from '../../workflow/index.ts';
import { troubleBehind } from '../openshift-parts.ts';
import type { World } from '../world.ts';
import type { Part } from './table.ts';

/** A kind is served; whether what is behind it works is the ClusterOperator's to say. */
export async function behind(world: World, group: string, message: string, evidence: object): Promise<Part> {
  const trouble = await troubleBehind(world, group);
  if (trouble === undefined) return { verdict: pass('Served', message), evidence };
  const said = `${message}, but ${trouble.message}`;
  return trouble.state === 'NotAvailable'
    ? { verdict: fail('NotAvailable', said), evidence: { ...evidence, trouble }, suggestion: trouble.next }
    : { verdict: pass('Served', said), evidence: { ...evidence, trouble }, suggestion: trouble.next };
}
