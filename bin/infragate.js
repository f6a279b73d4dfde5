#!/usr/bin/env node
// Plain enough for any Node that knows ES modules: an old one is to say a sentence, not a syntax error.
import module from 'node:module';
import process from 'node:process';

const LEAST = [22, 19];
const found = process.versions.node.split('.').map(Number);
const tooOld = found[0] < LEAST[0] || (found[0] === LEAST[0] && found[1] < LEAST[1]);

if (tooOld) {
  process.stderr.write(
    `infragate needs Node ${LEAST.join('.')} or newer; this is ${process.versions.node} (${process.execPath}).\n`,
  );
  process.exit(3);
}

// Compiled code is kept between starts: clients wait for the first answer, and start servers often.
module.enableCompileCache();

import('../dist/cli.js').catch((error) => {
  const notBuilt = error.code === 'ERR_MODULE_NOT_FOUND' && /dist[\\/]cli\.js/.test(error.message);
  process.stderr.write(`infragate: ${notBuilt ? 'dist/ is missing; build it with: npm run build' : error.stack}\n`);
  process.exit(3);
});
