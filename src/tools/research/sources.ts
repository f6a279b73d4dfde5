import { sourceSubject } from '../../assumptions/index.ts';
import type { Deployment, Item } from '../../workflow/index.ts';
import type { numbering } from '../items.ts';
import type { Input } from '../record-research.ts';
import { Wrong } from './named.ts';

/** The documents that were used, as items; one that can't be compared says why, which the approver reads. */
export function sourceItems(input: Input, d: Deployment, number: ReturnType<typeof numbering>): Item[] {
  return (input.sources ?? []).flatMap(({ source, not_compared }, index): Item[] => {
    const why = not_compared?.trim();
    const read = sourceSubject(source, d.started.workspace);
    if (!read.ok && why === undefined) throw new Wrong(`sources[${index}].source: ${read.message}`);
    // What nobody will read may be called anything: a talk, a colleague, a page that is gone.
    const [subject, name] = read.ok
      ? [read.subject, read.name]
      : [`source:${source.trim().toLowerCase()}`, source.trim()];
    if (why !== undefined && why.length < 8)
      throw new Wrong(`sources[${index}].not_compared: say why; the approver reads it`);
    const before = d.items.get(subject);
    if (before !== undefined && before.not_compared === why) return [];
    return [
      {
        id: number('source', subject),
        kind: 'source',
        subject,
        name,
        ...(why === undefined ? {} : { not_compared: why }),
      },
    ];
  });
}
