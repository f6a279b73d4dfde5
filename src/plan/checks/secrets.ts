import { containersOf, podSpecs } from '../pods.ts';
import { isRecord, listAt, textAt } from '../record.ts';
import { readRollback } from '../rollback.ts';
import { called, commandLines, placed, type Subject, whereIs } from './subject.ts';

/** What is a secret whoever writes it down. */
const SHAPES: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/, 'a private key'],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/, 'an AWS access key'],
  [/\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|glpat-[\w-]{16,})/, 'a repository token'],
  [/\bxox[abprs]-[\w-]{10,}/, 'a Slack token'],
  [/(?<![\w-])eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\./, 'a JSON Web Token'],
  [/\bsha256~[A-Za-z0-9_-]{20,}/, 'an OpenShift token'],
  [/[a-z0-9]:\/\/[^\s:/@$]{0,128}:[^\s@/${]{3,256}@/i, 'a password in a URL'],
];
const IN_COMMAND: readonly (readonly [RegExp, string])[] = [
  [/--from-literal[= ]['"]?[\w.-]+=(?!['"]?\$)\S/, 'a value in --from-literal'],
  [
    /(?:^|\s)--?(?:password|passwd|token|api-?key|secret)[= ](?!['"]?\$)['"]?[^\s'"$-]/i,
    'a password or token as an option',
  ],
  [/\bauthorization:\s*(?:bearer|basic)\s+(?!\$)[^\s"']{6,}/i, 'an Authorization header'],
  [/(?:^|\s)curl\b.{0,400}?\s(?:-u|--user)[= ]['"]?[^\s:'"$]{1,128}:(?!\$)[^\s'"]/, 'a password for curl'],
];
const SECRET_NAME = /(?:^|_)(?:PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|PRIVATE_KEY|ACCESS_KEY|CREDENTIALS?)$/i;

/** RFC 1123 subdomains, and what the API server takes for a key. */
const NAMED = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/;
const KEYED = /^(?!\.\.?$)[-._a-zA-Z0-9]{1,253}$/;

/** Values never stand in a plan or a file of it; only where they come from does. Messages name the place, not the value. */
export function checkSecrets({ loaded, report }: Subject): void {
  const { plan } = loaded;
  for (const manifest of placed(loaded)) {
    const { object } = manifest;
    const [path, where] = whereIs(manifest);
    const me = called(object);
    if (object.kind === 'Secret' && object.apiVersion === 'v1') {
      const keys = ['data', 'stringData'].flatMap((field) => {
        const values = object[field];
        return isRecord(values) ? Object.keys(values).filter((key) => values[key] !== '' && values[key] !== null) : [];
      });
      if (keys.length > 0) {
        report.error(
          path,
          `${me} has values in clear text (${keys.join(', ')}); take it out and name it under secrets: {name, keys, from: existing | env | file | generate | external}`,
          where,
        );
        continue;
      }
    }
    for (const kind of shapesIn(object)) report.error(path, `${me} contains ${kind}`, where);
    for (const spec of podSpecs(object)) {
      for (const container of containersOf(spec)) {
        for (const variable of listAt(container, 'env')) {
          const name = textAt(variable, 'name') ?? '';
          const value = textAt(variable, 'value') ?? '';
          if (SECRET_NAME.test(name) && value !== '' && !/^(\/|\$\(|true$|false$|\d+$)/.test(value)) {
            report.error(
              path,
              `${me}: the variable ${name} has its value in clear text; use valueFrom.secretKeyRef`,
              where,
            );
          }
        }
      }
    }
    if (object.kind === 'ConfigMap' && isRecord(object.data)) {
      for (const key of Object.keys(object.data).filter((k) => SECRET_NAME.test(k))) {
        report.note(path, `${me}: ${key} looks like a secret; a ConfigMap is read by everyone`, where);
      }
    }
  }
  for (const { path, command } of commandLines(loaded, (e) => readRollback(e).kind === 'command')) {
    for (const [shape, kind] of [...SHAPES, ...IN_COMMAND]) {
      if (shape.test(command)) report.error(path, `it contains ${kind}; what is in a plan is shown and kept`);
    }
  }
  const seen = new Set<string>();
  plan.secrets.forEach((secret, index) => {
    if (seen.has(secret.name)) report.error(['secrets', index], `${secret.name} is named twice`);
    seen.add(secret.name);
    if ((secret.from === 'env' || secret.from === 'file') && secret.detail === undefined) {
      report.error(
        ['secrets', index, 'from'],
        `say which: "${secret.from}: ${secret.from === 'env' ? 'VARIABLE' : 'path'}"`,
      );
    }
    if (!NAMED.test(secret.name)) {
      report.error(['secrets', index, 'name'], `${secret.name} can't be the name of a Secret: a-z, 0-9, "-" and "."`);
    }
    for (const key of secret.keys.filter((k) => !KEYED.test(k))) {
      report.error(['secrets', index, 'keys'], `${key} can't be a key of a Secret: letters, digits, "-", "_" and "."`);
    }
    if (secret.keys.length === 0 && secret.from !== 'existing' && secret.from !== 'external') {
      report.error(['secrets', index, 'keys'], `${secret.name} needs its keys named`);
    }
  });
}

function shapesIn(value: unknown): string[] {
  const found = new Set<string>();
  const look = (member: unknown): void => {
    if (typeof member === 'string') for (const [shape, kind] of SHAPES) if (shape.test(member)) found.add(kind);
    if (Array.isArray(member)) member.forEach(look);
    else if (isRecord(member)) Object.values(member).forEach(look);
  };
  look(value);
  return [...found];
}
