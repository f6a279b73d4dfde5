import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, resolve } from 'node:path';

/** Is there a program of that name? A name with a slash is a file (from `cwd`); any other is looked for on the path. */
export function programExists(name: string, path = process.env.PATH ?? '', cwd = process.cwd()): boolean {
  if (name === '') return false;
  if (name.includes('/')) return isProgram(isAbsolute(name) ? name : resolve(cwd, name));
  return path.split(delimiter).some((folder) => isProgram(resolve(cwd, folder, name)));
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
