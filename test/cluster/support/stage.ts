import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import type { Sandbox } from '../../../src/sandbox/sandbox.ts';
import { type Scene, scene } from '../../support/scene.ts';
import { ownSandbox } from '../io/sandbox.ts';
import { kubectlOf } from './phases.ts';

/** What a test file that called `setTheStage` plays on: one sandbox for the file, a new scene for each test. */
export let sandbox: Sandbox;
export let stage: Scene;
/** busybox, in the sandbox's own registry. */
export let image = '';
/** In the scene's namespace, as the sandbox's admin. */
export let kubectl: ReturnType<typeof kubectlOf>;

export function setTheStage(purpose: string, options: Parameters<typeof ownSandbox>[1] = {}): void {
  let end = async () => {};
  beforeAll(async () => {
    ({ sandbox, end } = await ownSandbox(purpose, options));
    image = `${sandbox.registry}/busybox:1`;
  });
  afterAll(() => end());
  beforeEach(() => {
    stage = scene(sandbox, purpose);
    kubectl = kubectlOf(sandbox, stage.namespace);
  });
  afterEach(() => stage.end());
}
