/** A command line taken apart: the shell's reader, under the name by which programs outside this repository import it. */
export { parseCommand } from '../shell/index.ts';
