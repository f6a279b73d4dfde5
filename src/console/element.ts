import { type JSXNode, jsx } from 'hono/jsx';
import { visible, visibleLines } from '../workflow/index.ts';

/**
 * The only way to markup here: hono's JSX as calls, so that the sources run as they are. Every text and every attribute is
 * made visible and escaped, whoever wrote it; there is no way to put markup in as text.
 */
export type Child = JSXNode | string | number | undefined | false | readonly Child[];

type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

const inert = (child: Child, lines: boolean): unknown => {
  if (typeof child === 'string') return lines ? visibleLines(child) : visible(child);
  if (Array.isArray(child)) return child.map((one) => inert(one, lines));
  return child === undefined || child === false ? null : child;
};

/** Where newlines are part of what is shown. */
const KEEPS_LINES = new Set(['pre', 'textarea']);

export function el(tag: string, attributes: Attributes = {}, ...children: readonly Child[]): JSXNode {
  const shown = Object.entries(attributes).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, typeof value === 'string' ? visible(value) : value] as const],
  );
  const inside = children.map((child) => inert(child, KEEPS_LINES.has(tag))) as (JSXNode | string)[];
  return jsx(tag, Object.fromEntries(shown), ...inside);
}

/** A link within the console: each part of the path is encoded, so no text can lead elsewhere. */
export const link = (path: readonly string[], fragment: string, ...children: readonly Child[]): JSXNode =>
  el('a', { href: `/${path.map(encodeURIComponent).join('/')}${fragment === '' ? '' : `#${fragment}`}` }, ...children);

export const list = (items: readonly Child[], attributes: Attributes = {}): Child =>
  items.length === 0 ? undefined : el('ul', attributes, ...items.map((item) => el('li', {}, item)));

/** A heading with what belongs under it; nothing where there is nothing. */
export function section(id: string, title: string, ...children: readonly Child[]): Child {
  const filled = children.filter((c) => c !== undefined && c !== false && !(Array.isArray(c) && c.length === 0));
  return filled.length === 0 ? undefined : el('section', { 'aria-labelledby': id }, el('h2', { id }, title), ...filled);
}

/** The time as a person reads it; the exact one is in the element. */
export const time = (at: string): JSXNode =>
  el('time', { datetime: at }, at.replace('T', ' ').replace(/\.\d+Z$/, ' UTC'));
