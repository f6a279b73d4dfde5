import type { ObjectRef } from './types.ts';

/** What plan/ asks of the world, handed in so that it does no I/O itself. */
export type World = {
  readonly component: string;
  /** The deployment's, the first of `namespaces`. */
  readonly namespace: string;
  readonly namespaces: readonly string[];
  /** The kubeconfig context the deployment is bound to; naming it is fine. */
  readonly context?: string;
  readonly files: Files;
  readonly parseCommand: (text: string) => ShellLine;
  /** What a command runs from files of the workspace; absent: nothing is read. */
  readonly scripts?: (argv: readonly string[]) => readonly ScriptText[];
  readonly programExists: (name: string) => boolean | Promise<boolean>;
  readonly parseCriterion: (
    text: string,
    about: { readonly subjects: readonly ObjectRef[] },
  ) => { readonly ok: true } | { readonly ok: false; readonly error: string };
  /** One spelling for one image; undefined when it is no image reference. */
  readonly canonicalImage: (text: string) => string | undefined;
  readonly render?: Renderers;
};

/** Shell text that a command runs from a file, or what a program in another language was seen to delete with. */
export type ScriptText = { readonly text: string } | { readonly deletes: string };

export type Rendered = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly message: string };

export type Renderers = {
  /** Absent: this machine can't. */
  readonly kustomize?: (folder: string) => Promise<Rendered>;
  readonly helm?: (chart: {
    readonly chart: string;
    readonly release: string;
    readonly version?: string;
    readonly values: readonly string[];
  }) => Promise<Rendered>;
};

/** Paths are as written, from the workspace. */
export type Files = {
  kind(path: string): Promise<'file' | 'folder' | 'other' | undefined>;
  inside(path: string): Promise<boolean>;
  read(path: string): Promise<string | undefined>;
  /** SHA-256, hexadecimal. */
  digest(path: string): Promise<string | undefined>;
  /** Every file beneath a folder, sorted; undefined when there are more than `limit`. */
  list(path: string, limit: number): Promise<readonly string[] | undefined>;
  glob(pattern: string): Promise<readonly string[]>;
};

/** A command line as it was read (commands/ has the reader). */
export type ShellLine = {
  readonly text: string;
  readonly programs: readonly string[];
  readonly calls: readonly ShellCall[];
  readonly files: readonly string[];
  readonly globs: readonly string[];
  readonly sets: readonly string[];
  readonly redirects: readonly { readonly operator: string; readonly target: string | undefined }[];
  readonly never_fails?: string;
  readonly hides_status?: string;
  readonly says_little?: string;
  readonly problems: readonly { readonly reason: string; readonly message: string; readonly column: number }[];
};

export type ShellCall = {
  /** undefined: only known when it runs; '': none, only assignments. */
  readonly program: string | undefined;
  readonly builtin: boolean;
  readonly args: readonly { readonly text: string; readonly value: string | undefined; readonly glob: boolean }[];
  readonly assignments: readonly { readonly name: string; readonly value: string | undefined }[];
  readonly open_ended: boolean;
};
