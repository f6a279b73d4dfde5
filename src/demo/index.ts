import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../package.ts';
import { connectAgent } from './agent.ts';
import { approver } from './approver.ts';
import { DECISION_MS, personAtConsole } from './at-console.ts';
import { images as imagesOf, mirrored, upstream, writeWorkspace } from './files/index.ts';
import { ownCluster } from './own-cluster.ts';
import * as print from './print.ts';
import { sandboxStage } from './sandbox-stage.ts';
import type { DemoOptions, Stage, Undo } from './stage.ts';
import { operatorStandIn } from './stand-in.ts';
import { git, tell, type World } from './story/index.ts';
import { summary } from './summary.ts';

/**
 * The main job, told end to end: an MCP client drives our server over stdio through the workflow's worked example on a
 * real Kubernetes API. It stops at the first thing that doesn't go as the story says, and takes away what it made.
 */
export async function runDemo(options: DemoOptions): Promise<void> {
  const began = performance.now();
  const undo: Undo = [];
  let cleaning: Promise<void> | undefined;
  const clean = () => {
    cleaning ??= takeAway(undo);
    return cleaning;
  };
  const interrupted = () => void clean().then(() => process.exit(130));
  process.once('SIGINT', interrupted);
  process.once('SIGTERM', interrupted);
  let last: string;
  try {
    print.showEverything(options.verbose);
    print.heading('The world of the story');
    const stage = options.context === undefined ? await sandboxStage(options, undo) : await ownCluster(options, undo);
    const { world, folder } = await setUp(stage, options, undo);
    await tell(world);
    const { calls, refused } = world.agent.counts();
    const seconds = ((performance.now() - began) / 1000).toFixed(0);
    last = `demo: complete (${calls} calls, ${refused} refused, ${seconds} s)`;
    summary(world.agent.history(), options.home);
    if (options.keep) print.note(`the workspace is ${folder}`);
  } finally {
    await clean();
    process.off('SIGINT', interrupted);
    process.off('SIGTERM', interrupted);
  }
  print.say(last);
}

/** Last made, first taken away; one that fails doesn't keep the others. */
async function takeAway(undo: Undo): Promise<void> {
  for (const step of undo.reverse()) {
    await step().catch((error: unknown) =>
      print.note(`clean-up: ${error instanceof Error ? error.message : String(error)}`),
    );
  }
}

/** Around any stage: a workspace in git, our server with the demo's own ledger, an agent, and what plays the operator. */
async function setUp(stage: Stage, options: DemoOptions, undo: Undo): Promise<{ world: World; folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'infragate-demo-'));
  const [workspace, bin] = [join(folder, 'workspace'), join(folder, 'bin')];
  if (!options.keep) undo.push(() => rm(folder, { recursive: true, force: true }));
  const { site } = stage;
  await writeWorkspace(workspace, site);
  git(workspace, ['init', '-q']);
  // A phase's manifests are committed with its evidence.
  git(workspace, ['add', '-A', '--', '.', ':(exclude)manifests']);
  git(workspace, ['commit', '-q', '-m', "the agent's plan"]);
  // As the operator allows it: the demo's own data folder.
  if (site.cast.rehearses) await writeFile(join(options.home, 'policy.yaml'), 'rehearsal_namespaces: true\n');
  await mkdir(bin, { recursive: true });
  if (stage.kubectl !== undefined) await symlink(stage.kubectl, join(bin, 'kubectl'));

  if (stage.standIn) {
    const standIn = operatorStandIn(stage.cluster, site.namespace);
    undo.push(() => standIn.stop());
    print.note(
      "in place of EDB's closed operator: CloudNativePG's CRD (the same Cluster kind upstream), its status written by a few lines of this demo",
    );
  }
  const entry = join(packageRoot(), 'bin', 'infragate.js');
  const env: Record<string, string> = {
    PATH: `${bin}:${process.env.PATH ?? ''}`,
    HOME: process.env.HOME ?? folder,
    INFRAGATE_HOME: options.home,
    ...stage.env,
  };
  const server = { command: process.execPath, args: [entry, '--workspace', workspace], env, cwd: workspace };
  const person = options.console ? await personAtConsole(options.home, workspace, undo) : approver;
  const agent = await connectAgent(
    server,
    (message) => {
      print.say('\nWhat the person sees:');
      print.excerpt(message.split('\n'), 5, 1);
      return person(message);
    },
    options.console ? DECISION_MS : undefined,
  );
  undo.push(() => agent.close());
  const images = imagesOf(site);
  return {
    folder: workspace,
    world: {
      site,
      workspace,
      agent,
      ...(options.context === undefined ? {} : { context: options.context }),
      publishUpstream: async () => {
        for (const image of images) await stage.publish(upstream(site, image));
        print.detail(`upstream's images are published to the registry (${site.cast.images})`);
      },
      mirror: async () => {
        for (const image of images) await stage.copy(upstream(site, image), mirrored(site, image));
      },
      quota: (pods) => stage.quota(pods),
      ...(stage.proof === undefined ? {} : { proof: stage.proof }),
    },
  };
}
