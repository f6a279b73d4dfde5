/**
 * Reads command lines without running them. In: a line (bash's grammar, PowerShell), the folder it would run in. Out: what
 * it asks of which cluster, which files of ours it changes, what only a person may do, and what can't be read
 * (shellEffects); or the line taken apart for a plan's checks (parseCommand). Files that a line names are read, within
 * bounds; no cluster is asked. The plan's checks, the commands of a workspace and the plugin's guard all read with this.
 */
export { type ClusterCall, changesTarget, clusterTool, readClusterCall } from './cluster/call.ts';
export { looksOnly } from './cluster/container.ts';
export { apiWrite, onlyAsks, REQUESTERS, requestOf } from './cluster/request.ts';
export type { ClusterWrite } from './cluster/write.ts';
export { isWriter, writerWrite } from './cluster/writers.ts';
export { type ShellEffect, shellEffects } from './effects.ts';
export { readText } from './files.ts';

export { isNamespaceKind, kindOf } from './kinds.ts';
export { parseCommand } from './line/parse.ts';

export type { NamedObject } from './manifest.ts';
export { TAKES_WORDS } from './programs/index.ts';
export { NeedsTimeLimit, noIo } from './scope.ts';
export { scriptsRun } from './scripts.ts';
export { isKnown, UNKNOWN } from './text.ts';
