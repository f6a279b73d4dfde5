import { type Engine, notOne } from '../../engine/index.ts';
import { el } from '../element.ts';
import type { Page } from '../page.ts';

/** One body of the record, as it is; JSON is laid out. */
export async function evidencePage(engine: Engine, id: string): Promise<Page | undefined> {
  const found = await engine.findEvidence(id);
  if (found.kind === 'none') return undefined;
  if (found.kind === 'several') return { title: 'Evidence', content: [el('p', {}, notOne(id, found))] };
  return {
    title: `Evidence ${found.digest.slice(7, 19)}`,
    content: [
      el('p', { class: 'quiet' }, `${found.digest}, ${found.mediaType}`),
      el('pre', { tabindex: 0, 'aria-label': 'The evidence' }, laidOut(found.text)),
    ],
  };
}

function laidOut(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
