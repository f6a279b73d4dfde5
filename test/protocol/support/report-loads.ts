/** Preloaded into a server (`node --import`): tells on stderr, at the end, which packages' modules it loaded. */
import { registerHooks } from 'node:module';

const packages = new Set<string>();

registerHooks({
  load(url, context, next) {
    const found = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1];
    if (found !== undefined) packages.add(found);
    return next(url, context);
  },
});

process.on('exit', () => process.stderr.write(`loaded: ${[...packages].toSorted().join(' ')}\n`));
