/** The folder of whoever calls: npm starts the scripts of a clone in the clone, and says in INIT_CWD where it was called. */
export const workspaceHere = (): string => process.env.INIT_CWD ?? process.cwd();
