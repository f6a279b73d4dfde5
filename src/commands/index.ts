/**
 * The only place that starts programs: one bounded, redacted process group a command line, and git.
 * In: a command line, a folder, the environment it may see, limits, what must not be shown. Out: what it did, as values.
 * Nothing here knows a plan, a deployment or a cluster.
 */
export { removeAbandoned } from './abandoned.ts';
export { cleanFiles, findTrailer, isRepository } from './git.ts';
export { type ApprovedFile, layOut } from './layout.ts';

export { RUN_MARK } from './processes.ts';
export { programExists } from './program.ts';
export { helmHere, pathWithHelm, renderChart, renderKustomization } from './render.ts';
export { runCommand } from './run.ts';
export { workspaceFiles } from './workspace.ts';
