import { existsSync } from 'node:fs';
import type { Deployment } from '../workflow/index.ts';
import type { Channel } from './channel.ts';

/**
 * The ledger's readable deployments, latest first, for lists and completions. Clients ask for lists as soon as they
 * connect: where there is no ledger yet, none is made.
 */
export async function known(channel: Channel): Promise<readonly Deployment[]> {
  const engine = await channel.engine();
  if (!existsSync(engine.home)) return [];
  const { deployments } = await engine.list();
  return deployments.toReversed();
}
