import { resolve } from 'node:path';
import type { Capabilities } from '../commands/render.ts';
import type { Rendered, World } from '../plan/index.ts';

/** Where a plan is read: everything about it that can be handed to another thread. */
export type PlanPlace = {
  readonly component: string;
  readonly namespace: string;
  readonly namespaces: readonly string[];
  readonly context: string;
  readonly workspace: string;
};

/** As helm asks the API server at the install: the objects that are approved are those it makes. */
export type AskCapabilities = () => Promise<{ readonly capabilities?: Capabilities }>;

/** What plan/ may ask of this machine and this deployment. */
export async function worldIn(place: PlanPlace, ask: AskCapabilities): Promise<World> {
  const commands = await import('../commands/index.ts');
  const { parseCommand, scriptsRun } = await import('../shell/index.ts');
  const { parseReference } = await import('../images/index.ts');
  const { parseCriterion } = await import('../criteria/index.ts');
  const { component, namespace, namespaces, context, workspace } = place;
  return {
    component,
    namespace,
    namespaces,
    context,
    files: commands.workspaceFiles(workspace),
    parseCommand,
    scripts: (argv) => scriptsRun(argv, workspace),
    programExists: (name) =>
      name === 'helm'
        ? commands.helmHere() !== undefined
        : commands.programExists(name, process.env.PATH ?? '', workspace),
    parseCriterion: (text, about) => parseCriterion(text, about),
    canonicalImage: (text) => {
      const parsed = parseReference(text);
      return parsed.ok ? parsed.reference.canonical : undefined;
    },
    render: {
      kustomize: (folder) => commands.renderKustomization(resolve(workspace, folder)),
      helm: async (chart) =>
        commands.renderChart({ ...chart, namespace, cwd: workspace, hooks: true, ...(await ask()) }),
    },
  };
}

/** Characters of all manifests of a plan, read and rendered. */
export const MOST_CHARACTERS = 4_000_000;

/** The same world, that throws `exceeded` once more than `most` characters have been read or rendered. */
export function counted(world: World, most: number, exceeded: unknown): World {
  let left = most;
  const take = (text: string): void => {
    left -= text.length;
    if (left < 0) throw exceeded;
  };
  const counting =
    <A>(render: (of: A) => Promise<Rendered>) =>
    async (of: A): Promise<Rendered> => {
      const made = await render(of);
      if (made.ok) take(made.text);
      return made;
    };
  const { files, render } = world;
  const { helm, kustomize } = render ?? {};
  return {
    ...world,
    files: {
      ...files,
      async read(path) {
        const text = await files.read(path);
        if (text !== undefined) take(text);
        return text;
      },
    },
    render: {
      ...(helm === undefined ? {} : { helm: counting(helm) }),
      ...(kustomize === undefined ? {} : { kustomize: counting(kustomize) }),
    },
  };
}
