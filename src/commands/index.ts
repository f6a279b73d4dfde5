/**
 * The only place that starts programs: one bounded, redacted process group a command line, and git.
 * In: a command line, a folder, the environment it may see, limits, what must not be shown. Out: what it did, as values.
 * Nothing here knows a plan, a deployment or a cluster.
 */
export { removeAbandoned } from './abandoned.ts';
export { cleanFiles, findTrailer, head, isRepository } from './git.ts';
export { type ApprovedFile, layOut, type RunFolder } from './layout.ts';
export { isDead, type Owner, self } from './owner.ts';
export { RUN_MARK } from './processes.ts';
export { programExists } from './program.ts';
export { type Capabilities, helmHere, pathWithHelm, renderChart, renderKustomization } from './render.ts';
export { type CommandResult, type RunOptions, runCommand } from './run.ts';
export { workspaceFiles } from './workspace.ts';
