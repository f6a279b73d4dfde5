import { type Document, isMap, isPair, isScalar, isSeq, YAMLParseError } from 'yaml';

/**
 * Adds an error for every key that a mapping has twice, as the parser's own check does (parse with `uniqueKeys: false`):
 * that one compares every key with every other, and a mapping of 60,000 keys takes it a minute.
 */
export function checkUniqueKeys(document: Document.Parsed): void {
  const open: unknown[] = [document.contents];
  while (open.length > 0) {
    const node = open.pop();
    if (isPair(node)) open.push(node.key, node.value);
    else if (isSeq(node)) open.push(...node.items);
    else if (isMap(node)) {
      const seen = new Set<unknown>();
      for (const pair of node.items) {
        open.push(pair);
        const key = isScalar(pair.key) ? pair.key.value : pair.key;
        if (key === '<<' || !seen.has(key)) {
          seen.add(key);
          continue;
        }
        const at = isScalar(pair.key) ? (pair.key.range?.[0] ?? 0) : 0;
        document.errors.push(new YAMLParseError([at, at + 1], 'DUPLICATE_KEY', 'Map keys must be unique'));
      }
    }
  }
}
