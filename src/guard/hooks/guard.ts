import { readFileSync } from 'node:fs';
import { printError, printJsonText } from '../../print/index.ts';
import { guardAnswer } from '../main.ts';

/**
 * The hook before a tool is used: stops raw writes to a namespace with an open deployment, and decisions that are a
 * person's. Anything that goes wrong here stops the tool, too (exit 2, and onFailure in hooks.json).
 */
const answer = guardAnswer(process.argv.slice(2), () => readFileSync(0, 'utf8'));
if (answer.stdout !== '') printJsonText(answer.stdout);
if (answer.stderr !== '') printError(answer.stderr);
process.exitCode = answer.code;
