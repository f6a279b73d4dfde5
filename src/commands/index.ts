/**
 * The only place that starts programs: one bounded, redacted process group a command line, and git.
 * In: a command line, a folder, the environment it may see, limits, what must not be shown. Out: what it did, as values.
 * Nothing here knows a plan, a deployment or a cluster.
 */
export { cleanFiles, findTrailer, head, isRepository } from './git.ts';
export { programExists } from './program.ts';
export { renderChart, renderKustomization } from './render.ts';
export { type CommandResult, type RunOptions, runCommand } from './run.ts';
export { workspaceFiles } from './workspace.ts';
