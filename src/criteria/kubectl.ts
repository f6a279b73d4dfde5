import { fieldIs } from './field.ts';
import { parseJsonPath } from './jsonpath.ts';
import { forEach, type Predicate, type Target } from './predicate.ts';
import { gone, present } from './presence.ts';
import { conditionIs } from './states.ts';

export type Flag =
  | { readonly kind: 'predicate'; readonly predicate: Predicate }
  | { readonly kind: 'wrong'; readonly error: string }
  | { readonly kind: 'other' };

/** The forms of `kubectl wait --for`: condition=…, jsonpath=…, create, delete. */
export function forFlag(text: string, value: string, target: Target): Flag {
  const made = (predicate: Predicate): Flag => ({ kind: 'predicate', predicate });
  const condition = /^condition=([\w./-]+)(?:=(.+))?$/i.exec(value);
  if (condition !== null) {
    const [, type = '', wanted = 'True'] = condition;
    return made(forEach(text, target, (object) => conditionIs(object, type, wanted)));
  }
  if (/^jsonpath=/i.test(value)) {
    const given = value.slice('jsonpath='.length);
    const match = /^(['"]?)(\{[\s\S]*?\})\1(?:=(.*))?$/.exec(given) ?? /^(['"]?)([^=[\]{}]+)\1(?:=(.*))?$/.exec(given);
    const path = match === null ? undefined : parseJsonPath(match[2] ?? '');
    if (match === null || path === undefined) {
      return { kind: 'wrong', error: `${given} is no path of kubectl's (jsonpath={.status.phase}=Running)` };
    }
    const wanted = match[3]?.trim().replace(/^(["'])(.*)\1$/, '$2');
    return made(forEach(text, target, (object) => fieldIs(object, path, wanted)));
  }
  if (/^created?$/i.test(value)) return made(present(text, target));
  if (/^deleted?$/i.test(value)) return made(gone(text, target));
  return { kind: 'other' };
}

export type Wait = {
  readonly flag: string;
  readonly subject: { readonly kind: string; readonly name: string } | undefined;
};

/** `kubectl wait --for=condition=Ready cluster/pg --timeout=120s`, or the flag alone. */
export function waitCommand(text: string): Wait | undefined {
  const command = /^(?:\$ )?(?:kubectl|oc) wait\b/.test(text);
  const flag = /--for(?:=|\s+)('[^']*'|"[^"]*"|(?:\{[^}]*\}|'[^']*'|"[^"]*"|\S)+)/.exec(text);
  if (flag === null) return undefined;
  const bare = (flag[1] ?? '').replace(/^(["'])(.*)\1$/, '$2').replace(/^(\w+=)(['"])(\{.*\})\2/, '$1$3');
  const rest = text
    .replace(flag[0], ' ')
    .replace(/--?[\w-]+(?:=\S+)?/g, ' ')
    .replace(/^(?:\$ )?(?:kubectl|oc) wait\b/, ' ');
  const subject = command ? /([\w.-]+)\/([\w.-]+)/.exec(rest) : null;
  return { flag: bare, subject: subject === null ? undefined : { kind: subject[1] ?? '', name: subject[2] ?? '' } };
}
