import type { Tags } from 'yaml';

/**
 * YAML as kubectl reads it (sigs.k8s.io/yaml): 1.1's booleans (`yes`), octal numbers (`0644`) and merge keys, but times
 * and base 60 numbers (`12:30`) stay text, and there are no sets, ordered maps or binaries. Options for the yaml package.
 */
export const KUBECTL_YAML = {
  version: '1.1',
  merge: true,
  // What is odd but legal is not told on stderr, which an agent's client may show.
  logLevel: 'error',
  // A quoted line for each error costs the length of that line; errors are told by their place.
  prettyErrors: false,
  // The parser compares every key with every other; checkUniqueKeys (yaml-keys.ts) does not.
  uniqueKeys: false,
  customTags: (tags: Tags): Tags =>
    tags.filter((tag) => {
      if (typeof tag === 'string') return !['timestamp', 'intTime', 'floatTime', 'binary'].includes(tag);
      return !('format' in tag && tag.format === 'TIME') && !/:(timestamp|binary|set|omap|pairs)$/.test(tag.tag);
    }),
} as const;
