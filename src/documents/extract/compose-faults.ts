import { word } from '../document.ts';
import { type ComposeFile, type ComposeService, portOf } from './compose.ts';
import { isJson, listOf, type Unread } from './yaml.ts';

type Form = 'list' | 'mapping' | 'text';
/** Fields that rules read, and the forms that compose takes there (compose-spec, 05-services.md). */
const FORMS: Readonly<Record<string, readonly Form[]>> = {
  ports: ['list'],
  volumes: ['list'],
  expose: ['list'],
  devices: ['list'],
  cap_add: ['list'],
  cap_drop: ['list'],
  security_opt: ['list'],
  links: ['list'],
  external_links: ['list'],
  volumes_from: ['list'],
  profiles: ['list'],
  configs: ['list'],
  secrets: ['list'],
  tmpfs: ['list', 'text'],
  env_file: ['list', 'text'],
  environment: ['list', 'mapping'],
  depends_on: ['list', 'mapping'],
  networks: ['list', 'mapping'],
  sysctls: ['list', 'mapping'],
  labels: ['list', 'mapping'],
  extra_hosts: ['list', 'mapping'],
  deploy: ['mapping'],
  healthcheck: ['mapping'],
  image: ['text'],
  user: ['text'],
  network_mode: ['text'],
};

const formOf = (value: unknown): Form => (Array.isArray(value) ? 'list' : isJson(value) ? 'mapping' : 'text');

/**
 * What of a compose file is not compared, because it has another form than compose takes. `whole`: it is a file; a page
 * shows a service by some of its fields.
 */
export function composeFaults(file: ComposeFile, whole: boolean): Unread[] {
  const names = new Set(file.services.map((service) => service.name));
  const services = isJson(file.raw.services) ? file.raw.services : {};
  const lost = Object.keys(services).flatMap((name): Unread[] =>
    names.has(name) || (!whole && services[name] === null)
      ? []
      : [
          {
            place: file.at('services', name),
            because: `the service ${word(name)} has no fields, and was not compared`,
          },
        ],
  );
  return [...lost, ...file.services.flatMap((service) => serviceFaults(service, whole))];
}

function serviceFaults(service: ComposeService, whole: boolean): Unread[] {
  const { raw, at } = service;
  const found: Unread[] = [];
  const add = (place: Unread['place'], because: string) => void found.push({ place, because });
  if (
    whole &&
    !['image', 'build', 'extends', 'provider'].some((field) => raw[field] !== undefined && raw[field] !== null)
  )
    add(at(), `the service ${word(service.name)} has neither an image nor a build, so what it starts is not known`);
  for (const [field, forms] of Object.entries(FORMS)) {
    const value = raw[field];
    if (value === undefined || value === null) continue;
    if (!forms.includes(formOf(value)))
      add(
        at(field),
        `${field} is a ${formOf(value)} here, where compose takes a ${forms.join(' or a ')}: nothing in it was compared`,
      );
  }
  listOf(raw.ports).forEach((port, i) => {
    const place = at('ports', i);
    if (portOf(port, place).length === 0)
      add(place, 'which port this is can’t be read (a variable without a value, or no port), so it was not compared');
  });
  listOf(raw.volumes).forEach((mount, i) => {
    if (!isJson(mount) && typeof mount !== 'string') add(at('volumes', i), 'this is no mount, and was not compared');
  });
  return found;
}
