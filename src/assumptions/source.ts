import { createHash } from 'node:crypto';
import { existsSync, realpathSync } from 'node:fs';
import { isAbsolute, relative, resolve } from 'node:path';
import type { Misnamed, Named } from './finding.ts';

/** An outside document, by its URL, its path or the digest of its text: the same one has one subject, however it is named. */

const TEXT = /^text:(sha256:[0-9a-f]{64})$/;

export type SourceName = Named & {
  readonly form: 'url' | 'path' | 'text';
  /** What to read: the URL, the absolute path, or the text's digest. */
  readonly locator: string;
};

/** `known` texts are those that a divergence-check read before: named by the digest it gave them. */
export function sourceSubject(written: string, workspace: string): SourceName | Misnamed {
  const given = written.trim().replace(/^source:/, '');
  const digest = TEXT.exec(given)?.[1];
  if (digest !== undefined) return { ok: true, form: 'text', subject: `source:${given}`, name: given, locator: digest };
  if (/^https?:\/\//i.test(given)) return fromUrl(given);
  if (isPathLike(given, workspace)) return fromPath(given, workspace);
  return {
    ok: false,
    message: `"${given.slice(0, 80)}" is neither a URL nor a file or folder that is there; name the document by one, or pass its text to divergence-check`,
  };
}

/** Text pasted in the place of a document: known by its digest, which is what it is called from then on. */
export function textSource(body: string): SourceName {
  const digest = `sha256:${createHash('sha256').update(body).digest('hex')}`;
  const name = `text:${digest}`;
  return { ok: true, form: 'text', subject: `source:${name}`, name, locator: digest };
}

function fromUrl(given: string): SourceName | Misnamed {
  let url: URL;
  try {
    url = new URL(given);
  } catch {
    return { ok: false, message: `"${given.slice(0, 80)}" is not a URL` };
  }
  url.hash = '';
  url.username = '';
  url.password = '';
  const href = url.pathname === '/' ? url.href : url.href.replace(/(?<!\/)\/+(?=$|\?)/, '');
  return { ok: true, form: 'url', subject: `source:${href}`, name: href, locator: href };
}

function isPathLike(given: string, workspace: string): boolean {
  if (given === '' || given.includes('\n') || given.length > 1000) return false;
  return existsSync(resolve(workspace, given));
}

function fromPath(given: string, workspace: string): SourceName {
  const absolute = realpathSync(resolve(workspace, given));
  const inside = relative(realpathSync(workspace), absolute);
  const short = inside === '' ? '.' : inside.startsWith('..') || isAbsolute(inside) ? absolute : inside;
  return { ok: true, form: 'path', subject: `source:${short}`, name: short, locator: absolute };
}

/** `source:https://example.com/a/compose.yml` → `compose-yml-1a2b3c`: short, readable, and different for different sources. */
export function sourceSlug(subject: string): string {
  const digest = createHash('sha256').update(subject).digest('hex').slice(0, 6);
  const last = subject.split(/[/:]/).findLast((part) => part !== '') ?? 'source';
  const words = last
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|(?<!-)-+$/g, '')
    .slice(0, 24);
  return `${words === '' ? 'source' : words}-${digest}`;
}

export const divergenceSubject = (source: string, id: string): string => `divergence:${sourceSlug(source)}/${id}`;
