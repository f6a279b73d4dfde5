import { existsSync } from 'node:fs';
import type { Listed } from '../state/index.ts';
import type { Deployment } from '../workflow/index.ts';
import type { Channel } from './channel.ts';

/** Deployments that lists and completions offer; any other can be named. */
const OFFERED = 200;

/**
 * The ledger's latest deployments, latest first, for lists and completions. Clients ask for lists as soon as they
 * connect: where there is no ledger yet, none is made.
 */
export async function known(channel: Channel): Promise<readonly Listed[]> {
  const engine = await channel.engine();
  if (!existsSync(engine.home)) return [];
  return (await engine.latest(OFFERED)).toReversed();
}

/** The open deployments, whole. */
export async function openNow(channel: Channel): Promise<readonly Deployment[]> {
  const engine = await channel.engine();
  return existsSync(engine.home) ? (await engine.open()).deployments : [];
}
