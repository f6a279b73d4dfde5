import { absolute } from './shell.mjs';
import { isKnown } from './text.mjs';

/** Programs that change or take away the files they are given. */
const CHANGES = /^(rm|mv|unlink|rmdir|shred|truncate|tee|dd|cp|ln|rsync|install|chmod|chown|sqlite3|touch)$/;
const TAKES_AWAY = /^(rm|mv|shred)$/;

/** Whether a command changes infragate's data folder: the record, the permits this hook goes by, the operator's key. */
export function changesRecord(argv, io, scope, home) {
  const [name, ...args] = argv;
  const program = name.split('/').at(-1);
  const given =
    CHANGES.test(program) || (program === 'sed' && args.some((arg) => /^(-\w*i|--in-place)/.test(arg))) ? args : [];
  return [...given, ...io.writes].some((word) => {
    const path = word.replace(/^of=/, '');
    if (!isKnown(path) || path.startsWith('-')) return false;
    const [fixed = ''] = absolute(path, scope.cwd).split(/[*?[]/);
    if (fixed === home || fixed.startsWith(`${home}/`)) return true;
    const above = fixed.length < absolute(path, scope.cwd).length ? fixed : `${fixed.replace(/\/$/, '')}/`;
    return TAKES_AWAY.test(program) && home.startsWith(above);
  });
}
