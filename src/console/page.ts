import { type Child, el, link } from './element.ts';

/** One page: its title, its content; `live` says of which deployment news are waited for (`*`: of any). */
export type Page = { readonly title: string; readonly content: readonly Child[]; readonly live?: string };

export function document({ title, content, live }: Page): string {
  const page = el(
    'html',
    { lang: 'en' },
    el(
      'head',
      {},
      el('meta', { charset: 'utf-8' }),
      el('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
      el('meta', { name: 'color-scheme', content: 'light dark' }),
      el('title', {}, `${title} · infragate`),
      el('link', { rel: 'stylesheet', href: '/assets/style.css' }),
      el('link', { rel: 'icon', href: '/assets/icon.svg', type: 'image/svg+xml' }),
      el('script', { src: '/assets/passkeys.js', defer: true }),
      el('script', { src: '/assets/console.js', defer: true }),
    ),
    el(
      'body',
      {},
      el('a', { class: 'skip', href: '#content' }, 'Skip to the content'),
      el('header', {}, link([], '', 'infragate'), el('span', {}, 'console')),
      el('main', { id: 'content', 'data-live': live }, el('h1', {}, title), ...content),
      el('div', { id: 'news', role: 'status', 'aria-live': 'polite' }),
    ),
  );
  return `<!doctype html>${page.toString()}`;
}
