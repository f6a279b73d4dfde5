// A real Kubernetes control plane on this machine, for trying things and for the tests.
// In: a name, what nodes and which CRDs it should have. Out: a kubeconfig, an image registry, an audit log.
// Nothing here is a stand-in but kwok's nodes, which only pretend to run containers (and say so in `nodes`).

import { isAlive } from './processes.ts';
import { names, readState, type Sandbox } from './state.ts';
import { isHealthy } from './up.ts';

export { staticBusybox } from './busybox.ts';
export { CRD_SETS, type CrdSet } from './crds.ts';
export { debianLayer } from './debian.ts';
export { down } from './down.ts';
export { goProgram } from './go-program.ts';
export { builtHelm, helmProgram } from './helm.ts';
export { type Content, copyImage, pushImage, removeImage } from './images.ts';
export { OPERATOR_NAMES, type OperatorName } from './operators/index.ts';
export { SandboxProblem } from './problem.ts';
export type { Progress } from './progress.ts';
export type { Nodes, Sandbox } from './state.ts';
export { isStartedHere, type UpOptions, up } from './up.ts';

/** `broken`: something of it is there, but it doesn't work; `down` cleans it up, `up` starts it anew. */
export type Status =
  | { status: 'up'; name: string; sandbox: Sandbox; processes: { component: string; pid: number }[] }
  | { status: 'starting'; name: string }
  | { status: 'broken'; name: string; because: string }
  | { status: 'none'; name: string };

export async function status(options: { name?: string } = {}): Promise<Status> {
  const { name = 'default' } = options;
  const state = readState(name);
  if (state === 'none') {
    return names().includes(name)
      ? { status: 'broken', name, because: 'its start failed or was broken off; its logs are still there' }
      : { status: 'none', name };
  }
  if (state === 'unreadable') return { status: 'broken', name, because: 'its state.json is damaged' };
  if (state.details !== null && (await isHealthy(state))) {
    const processes = state.processes.map(({ component, pid }) => ({ component, pid }));
    return { status: 'up', name, sandbox: state.details, processes };
  }
  if (state.phase === 'starting' && isAlive(state.starter)) return { status: 'starting', name };
  const dead = state.processes.filter((one) => !isAlive(one)).map((one) => one.component);
  const because = dead.length > 0 ? `not running: ${dead.join(', ')}` : 'the API server does not say that it is ready';
  return { status: 'broken', name, because };
}

export function list(): Promise<Status[]> {
  return Promise.all(names().map((name) => status({ name })));
}
