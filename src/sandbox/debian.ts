// Root file systems for images, made of Debian's own packages: by debootstrap, from the mirror this machine's apt uses.

import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Artefact, kept } from './artefact.ts';
import { findCommand } from './command.ts';
import { type Layer, readLayer, writeLayer } from './layer.ts';
import { SandboxProblem } from './problem.ts';
import type { Progress } from './progress.ts';
import { run } from './run.ts';

export type Recipe = {
  readonly name: string;
  readonly packages: readonly string[];
  /** A shell script that runs in the new root, as its root. */
  readonly script?: string;
};

/** What a container never needs, and a third of the size. */
const WITHOUT = ['proc/*', 'sys/*', 'dev/*', 'run/*', 'tmp/*', 'var/cache/*', 'var/lib/apt/lists/*'].concat(
  ['doc', 'i18n', 'info', 'locale', 'man'].map((one) => `usr/share/${one}/*`),
);

/** A Debian with these packages as a layer, from the cache or made now (a minute), with the version of each package in it. */
export async function debianLayer(
  recipe: Recipe,
  progress: Progress,
): Promise<{ layer: Layer; versions: Readonly<Record<string, string>> }> {
  return readLayer(await kept(artefact(recipe, progress), progress));
}

function artefact(recipe: Recipe, progress: Progress): Artefact {
  const { name, packages, script = '' } = recipe;
  const made = JSON.stringify([release(), process.arch, packages, script, WITHOUT]);
  return {
    kind: 'debian',
    name,
    key: createHash('sha256').update(made).digest('hex').slice(0, 32),
    make: async (work) => {
      const debootstrap = needed(name);
      const mirror = await mirrorOf(release(), name);
      const [root, done] = [join(work, 'root'), join(work, 'done')];
      progress(`making the image ${name} of Debian's ${packages.join(', ')}: once, about a minute`);
      const include = `--include=${packages.join(',')}`;
      const args = ['--variant=minbase', `--components=${mirror.components}`, include, release(), root, mirror.address];
      await run(debootstrap, args, { timeoutMs: 900_000 }).catch((error: unknown) => {
        throw new SandboxProblem('environment', `debootstrap could not make the image ${name}: ${endOf(error)}`);
      });
      if (script !== '') await run('chroot', [root, 'sh', '-ec', script]);
      mkdirSync(done);
      await writeLayer(root, done, WITHOUT, await versionsIn(root));
      return done;
    },
  };
}

function needed(name: string): string {
  const debootstrap = findCommand('debootstrap');
  const missing = [
    ...(process.getuid?.() === 0 ? [] : ['root']),
    ...(debootstrap === undefined ? ['debootstrap (Debian: debootstrap)'] : []),
    ...(findCommand('apt-get') === undefined ? ['apt-get, to know a mirror'] : []),
  ];
  if (debootstrap !== undefined && missing.length === 0) return debootstrap;
  const what = missing.join(', ');
  throw new SandboxProblem(
    'environment',
    `The image ${name} is made of Debian's packages, which needs what is missing here: ${what}.`,
  );
}

/** The code name of the machine's own release: that is what its apt has a mirror of. */
function release(): string {
  try {
    return readFileSync('/etc/os-release', 'utf8').match(/^VERSION_CODENAME="?([a-z]+)/m)?.[1] ?? 'stable';
  } catch {
    return 'stable';
  }
}

/** Where apt gets this release's packages from, and which of its components it takes. */
async function mirrorOf(codename: string, name: string): Promise<{ address: string; components: string }> {
  const format = '$(CREATED_BY) $(CODENAME) $(COMPONENT) $(REPO_URI)';
  const printed = await run('apt-get', ['indextargets', '--format', format]).catch(() => '');
  return mirrorIn(printed, codename) ?? noMirror(codename, name);
}

/** The first mirror of a release in apt's list of what it would fetch: a line each of kind, release, component, address. */
export function mirrorIn(printed: string, codename: string): { address: string; components: string } | undefined {
  const targets = printed.split('\n').flatMap((line) => {
    const [kind, of, component, address] = line.split(' ');
    return kind === 'Packages' && of === codename && component && address ? [{ component, address }] : [];
  });
  const [first] = targets;
  if (first === undefined) return undefined;
  const components = targets.filter((one) => one.address === first.address).map((one) => one.component);
  return { address: first.address, components: [...new Set(components)].join(',') };
}

function noMirror(codename: string, name: string): never {
  throw new SandboxProblem(
    'environment',
    `The image ${name} is made of Debian's packages, and this machine's apt knows no mirror of ${codename} to take them from.`,
  );
}

async function versionsIn(root: string): Promise<Record<string, string>> {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query's own placeholders
  const format = '${Package} ${Version}\\n';
  const printed = await run('dpkg-query', [`--admindir=${join(root, 'var/lib/dpkg')}`, '-W', '-f', format]);
  const lines = printed.split('\n').map((line) => line.split(' '));
  return Object.fromEntries(lines.flatMap(([one, version]) => (one && version ? [[one, version]] : [])));
}

function endOf(error: unknown): string {
  const said = error instanceof Error ? error.message : String(error);
  return said.slice(-600);
}
