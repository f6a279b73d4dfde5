// The image a database of CloudNativePG's runs: Debian's PostgreSQL, under the user that the operator expects.

import { debianLayer } from '../debian.ts';
import { pushImage } from '../images.ts';
import type { Layer } from '../layer.ts';
import { SandboxProblem } from '../problem.ts';
import type { Progress } from '../progress.ts';

/** The uid and gid that CloudNativePG gives its Pods. Debian has another group 26, hence -o. */
const USER = `groupmod -o -g 26 postgres
usermod -u 26 postgres`;

export type Postgresql = { readonly layer: Layer; readonly major: string; readonly version: string };

export async function postgresql(progress: Progress): Promise<Postgresql> {
  const { layer, versions } = await debianLayer(
    { name: 'postgresql', packages: ['postgresql'], script: USER },
    progress,
  );
  const found = serverIn(versions);
  if (found === undefined) throw new SandboxProblem('failed', "Debian's package postgresql brought no server along.");
  return { layer, ...found };
}

/** Debian's metapackage postgresql-15 of version "15.18-0+deb12u1" is PostgreSQL 15.18. */
export function serverIn(versions: Readonly<Record<string, string>>): { major: string; version: string } | undefined {
  for (const [name, version] of Object.entries(versions)) {
    const major = name.match(/^postgresql-(\d+)$/)?.[1];
    const number = version.match(/^\d+\.\d+/)?.[0];
    if (major !== undefined && number !== undefined) return { major, version: number };
  }
  return undefined;
}

/** Pushes it under the tag the operator reads the version from. Answers the image's reference. */
export async function pushPostgresql(registry: string, { layer, major, version }: Postgresql): Promise<string> {
  const image = `postgresql:${version}`;
  const path = `/usr/lib/postgresql/${major}/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`;
  await pushImage(registry, image, { layer, user: '26', env: [`PATH=${path}`, 'LANG=C.UTF-8'] });
  return `${registry}/${image}`;
}
