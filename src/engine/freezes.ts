import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type Deployment, type Refusal, refuse } from '../workflow/index.ts';

/**
 * What a person has frozen in this data folder: everything, or namespaces by name. In a guarded namespace the API server
 * refuses, too (the Phase's `frozen`); this is what stops infragate where there is no guard.
 */
const freezeSchema = z.strictObject({ because: z.string(), at: z.string() });
const fileSchema = z.strictObject({ all: freezeSchema.optional(), namespaces: z.record(z.string(), freezeSchema) });

export type Freezes = z.infer<typeof fileSchema>;

const NONE: Freezes = { namespaces: {} };
const fileIn = (home: string): string => join(home, 'freezes.json');

/** Throws where the file is there and can't be understood: then nobody knows what is frozen. */
export async function readFreezes(home: string): Promise<Freezes> {
  const text = await readFile(fileIn(home), 'utf8').catch((error: unknown) => {
    if (Object(error).code === 'ENOENT') return undefined;
    throw error;
  });
  return text === undefined ? NONE : fileSchema.parse(JSON.parse(text));
}

export async function writeFreezes(home: string, freezes: Freezes): Promise<void> {
  const file = fileIn(home);
  if (freezes.all === undefined && Object.keys(freezes.namespaces).length === 0) return rm(file, { force: true });
  await mkdir(home, { recursive: true, mode: 0o700 });
  await writeFile(`${file}.new`, `${JSON.stringify(freezes, null, 2)}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
}

/** Why a step that writes to the cluster may not be taken now; undefined: it may. */
export async function frozen(home: string, { id, target }: Deployment): Promise<Refusal | undefined> {
  let freezes: Freezes;
  try {
    freezes = await readFreezes(home);
  } catch {
    return refuse('PERSON_NEEDED', `${fileIn(home)} can't be understood, so what is frozen is not known.`, {
      next: [{ person: 'the operator', action: 'infragate thaw --all' }],
    });
  }
  const names = [...target.namespaces.map(({ name }) => name), ...[target.proving_namespace ?? []].flat()];
  const name = names.find((one) => freezes.namespaces[one] !== undefined);
  const found = freezes.all ?? (name === undefined ? undefined : freezes.namespaces[name]);
  if (found === undefined) return undefined;
  const what = freezes.all === undefined ? `The namespace ${name}` : 'Everything';
  return refuse('PERSON_NEEDED', `${what} is frozen since ${found.at}: ${found.because}. ${id} writes nothing.`, {
    next: [{ person: 'the operator', action: `infragate thaw ${freezes.all === undefined ? name : '--all'}` }],
  });
}
