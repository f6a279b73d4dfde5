import { readFileSync } from 'node:fs';
import { asset as inPackage } from '../package.ts';

const TYPES = {
  'style.css': 'text/css; charset=utf-8',
  'console.js': 'text/javascript; charset=utf-8',
  'passkeys.js': 'text/javascript; charset=utf-8',
  'icon.svg': 'image/svg+xml',
} as const;

export type Asset = { readonly body: string; readonly type: string };

/** What the browser loads beside the pages, by its name; undefined: there is none. */
export function asset(name: string): Asset | undefined {
  const type = Object.entries(TYPES).find(([known]) => known === name)?.[1];
  return type === undefined ? undefined : { body: readFileSync(inPackage(`console/assets/${name}`), 'utf8'), type };
}
