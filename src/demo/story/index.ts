// The worked example as a story in stages. In: the world around an agent. Out: what it prints, or a broken story.

import { implementation } from './implement.ts';
import { planning } from './plan.ts';
import { research } from './research.ts';
import { secondIteration, tracers } from './tracers.ts';
import { validation } from './validate.ts';
import type { World } from './world.ts';

export { git } from './git.ts';
export type { World } from './world.ts';

export async function tell(w: World): Promise<void> {
  await research(w);
  await tracers(w);
  await secondIteration(w);
  await planning(w);
  await implementation(w);
  await validation(w);
}
