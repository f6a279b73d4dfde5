import type { Misnamed, Named } from './finding.ts';

/** Pure: the many ways of writing an API → one subject. What only discovery can put right (plurals) stays as written. */

export type ApiName = {
  /** undefined: not said. '' is the core group. */
  readonly group: string | undefined;
  readonly version: string | undefined;
  readonly kind: string;
  /** `spec.template.spec.hostUsers` */
  readonly field: string | undefined;
};

const VERSION = /^v\d+((alpha|beta)\d+)?$/;
const GROUP = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;
/** A version alone is no kind: `apps/v1` is half a name. */
const KIND = /^(?!v\d+((alpha|beta)\d+)?$)[A-Za-z][A-Za-z0-9]{0,62}$/;
const FIELD = /^\.?[A-Za-z_$][\w$-]*(\[[^\s\]]*\])?(\.[\w$-]+(\[[^\s\]]*\])?)*$/;
/** A longer name is none. */
const MAX_CHARACTERS = 600;

export const FORMS =
  'group/version/Kind, version/Kind for the core group, group/Kind, each with :field.path if a field is meant';

/**
 * `apps/v1/Deployment`, `v1/Pod`, `core/v1/Pod`, `apps/Deployment`, `Deployment`, with `:spec.x` for a field; also
 * `apps/v1 Deployment`, `apps/v1, Kind=Deployment` and kubectl's `deployments.v1.apps`.
 */
export function parseApi(text: string): ApiName | undefined {
  if (text.length > MAX_CHARACTERS) return undefined;
  const written = text.trim().replace(/^api:/, '');
  const colon = written.indexOf(':');
  const path = colon < 0 ? undefined : written.slice(colon + 1).trim();
  if (path !== undefined && !FIELD.test(path)) return undefined;
  const field = path?.replace(/^\./, '').replaceAll(/\[[^[\]]*\]/g, '');
  const name = (colon < 0 ? written : written.slice(0, colon))
    .trim()
    .replace(/[,\s]+(Kind=)?/i, '/')
    .replaceAll(/\/+/g, '/');
  const parts = name.split('/');
  const read = readParts(parts);
  return read === undefined ? undefined : { ...read, field };
}

function readParts(parts: readonly string[]): Omit<ApiName, 'field'> | undefined {
  const kind = parts.at(-1) ?? '';
  if (parts.length === 1) return readDotted(kind);
  if (!KIND.test(kind)) return undefined;
  const [first = '', second = ''] = parts;
  if (parts.length === 2) {
    if (VERSION.test(first)) return { group: '', version: first, kind };
    return isGroup(first) ? { group: coreOr(first), version: undefined, kind } : undefined;
  }
  if (parts.length !== 3 || !isGroup(first) || !VERSION.test(second)) return undefined;
  return { group: coreOr(first), version: second, kind };
}

/** kubectl's own: `deployments`, `deployments.apps`, `deployments.v1.apps`. */
function readDotted(text: string): Omit<ApiName, 'field'> | undefined {
  const [kind = '', ...rest] = text.split('.');
  if (!KIND.test(kind)) return undefined;
  if (rest.length === 0) return { group: undefined, version: undefined, kind };
  const [first = '', ...more] = rest;
  const version = VERSION.test(first) ? first : undefined;
  const group = (version === undefined ? rest : more).join('.');
  if (group !== '' && !isGroup(group)) return undefined;
  return { group, version, kind };
}

const isGroup = (text: string) => text === '' || GROUP.test(text.toLowerCase());
const coreOr = (group: string) => (group.toLowerCase() === 'core' ? '' : group.toLowerCase());

export function apiSubject(text: string): Named | Misnamed {
  const name = parseApi(text);
  if (name === undefined) {
    const shown = text.length > 80 ? `${text.slice(0, 77)}…` : text;
    return { ok: false, message: `"${shown}" is not an API: ${FORMS}` };
  }
  return { ok: true, subject: `api:${writeApi(name)}`, name: text.trim() };
}

/** The canonical spelling; the core group is left out, as in apiVersion. */
export function writeApi({ group, version, kind, field }: ApiName): string {
  const head = [group === '' ? (version === undefined ? 'core' : undefined) : group, version, kind];
  return `${head.filter((part) => part !== undefined).join('/')}${field === undefined ? '' : `:${field}`}`;
}
