import { absolute, type Io, type Scope } from './scope.ts';
import { baseName, isKnown, words } from './text.ts';

/** Programs that only read the files that they are given; every other program may change them. */
const READS_FILES = words(
  'cat less more head tail ls tree exa eza stat file wc du df grep egrep fgrep rg ag jq yq diff cmp sha256sum sha1sum md5sum cksum xxd od ' +
    'hexdump strings test [ [[ echo printf cd pushd realpath readlink basename dirname sort uniq cut tr awk nl bat find fd git tar cp rsync scp ' +
    'zip export sed getfacl lsattr lsof fuser which type infragate code base64 node python3 python perl ruby env sudo command timeout nice source . ' +
    'bash sh zsh dash ksh eval xargs watch npx npm kubectl oc helm curl',
);

/** Of those, the arguments with which they change something after all. */
const CHANGES: ReadonlyMap<string, RegExp> = new Map([
  ['find', /^-(delete|fprint\w*|fls)$/],
  ['fd', /^$/],
  ['sed', /^(-[a-zA-Z]*i|--in-place)/],
  ['sort', /^(-[a-zA-Z]*o|--output)/],
  ['yq', /^(-[a-zA-Z]*i|--inplace|--in-place)/],
  ['git', /^(clean|checkout|reset|restore|rm|mv|init|clone|apply|stash|pull|merge|rebase|commit|worktree|add)$/],
  ['tar', /^-?[a-wyzA-Z]*x|^--(extract|get|delete|append|update|remove-files)$|^-?[a-qs-zA-Z]*r[a-zA-Z]*$/],
  ['curl', /^(-o|-O|--output|-T)/],
]);

/** Programs of which the last operand is written, and the others are read. */
const COPIES = words('cp rsync scp');

/** How code in another language changes files. */
const CODE_CHANGES =
  /write|unlink|remove|rmtree|rename|replace|truncate|chmod|chown|copy|move|symlink|mkdir|rmdir|append|\brm(?:Sync)?\b|delete|open\([^()]{0,200},\s*(?:mode\s*=\s*)?['"][wax+r]*[wax+]|>\s|-pi|-i\b|system|exec/i;

/**
 * Which of the protected folders (or files) a command changes, as far as its words say. Code and scripts in another
 * language count when they name one and have a word for writing in them.
 */
export function changedPath(
  argv: readonly string[],
  io: Io,
  scope: Scope,
  protects: readonly string[],
): string | undefined {
  if (protects.length === 0) return undefined;
  const written = io.writes.find((path) => isWithin(path, scope, protects));
  if (written !== undefined) return written;
  const [name = '', ...args] = argv;
  const program = baseName(name);
  const copies = COPIES.has(program);
  const given = copies ? args.filter((arg) => !arg.startsWith('-')).slice(-1) : args;
  const named = given.filter((arg) => touches(arg, program, scope, protects));
  const code = args.find(
    (arg) => /[\s(]/.test(arg) && protects.some((path) => arg.includes(path)) && CODE_CHANGES.test(arg),
  );
  if (code !== undefined && !/^(grep|egrep|rg|echo|printf|jq|awk|git)$/.test(program))
    return protects.find((path) => code.includes(path));
  if (copies) return named[0];
  const inside = scope.cwd !== undefined && isWithin(scope.cwd, scope, protects);
  if (named.length === 0 && !(inside && (program === 'git' || program === 'tar'))) return undefined;
  const changes = CHANGES.get(program);
  if (changes !== undefined) return args.some((arg) => changes.test(arg)) ? (named[0] ?? scope.cwd) : undefined;
  return READS_FILES.has(program) && !(args.includes('-pi') || /^-p?i/.test(args[0] ?? '')) ? undefined : named[0];
}

/** An argument that names a protected path, or, for programs that take folders away, a folder around one. */
function touches(arg: string, program: string, scope: Scope, protects: readonly string[]): boolean {
  const path = arg.replace(/^(--[\w-]+|of|if)=/, '');
  if (path.startsWith('-') || path === '') return false;
  if (isWithin(path, scope, protects)) return true;
  if (!TAKES_AWAY.has(program) || !isKnown(path)) return false;
  const whole = absolute(path, scope.cwd);
  const [fixed = ''] = whole.split(/[*?[]/);
  const above = fixed.length < whole.length ? fixed : `${fixed.replace(/\/$/, '')}/`;
  return protects.some((one) => one.startsWith(above));
}

const TAKES_AWAY = words('rm mv shred rmdir chmod chown trash gio unlink find');

function isWithin(path: string, scope: Scope, protects: readonly string[]): boolean {
  const [fixed = ''] = absolute(path, scope.cwd).split(/[*?[\uFFFC]/);
  return protects.some((one) => fixed === one || fixed === `${one}/` || fixed.startsWith(`${one}/`));
}
