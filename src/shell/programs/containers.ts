import { optionsEnd, readFlags, textOf } from '../flags.ts';
import type { Io } from '../scope.ts';
import { words } from '../text.ts';
import { type Runs, runsArgv } from './runs.ts';

const RUN_TAKES = words(
  '-a -c -e -h -l -m -p -u -v -w --add-host --annotation --attach --blkio-weight --cap-add --cap-drop --cgroup-parent ' +
    '--cgroupns --cidfile --cpus --cpu-shares --cpuset-cpus --device --dns --dns-search --domainname --entrypoint --env ' +
    '--env-file --expose --gpus --group-add --health-cmd --hostname --ip --ipc --label --label-file --link --log-driver ' +
    '--log-opt --mac-address --memory --mount --name --network --net --network-alias --pid --platform --pod --publish --pull ' +
    '--restart --runtime --secret --security-opt --shm-size --stop-signal --stop-timeout --sysctl --tmpfs --ulimit --user ' +
    '--userns --uts --volume --volumes-from --workdir --arch --authfile --index',
);
const COMPOSE_TAKES = words(
  '-f --file -p --project-name --profile --env-file --project-directory --ansi --parallel --progress',
);
const GLOBAL_TAKES = words(
  '-H --host -c --context --config -l --log-level --tlscacert --tlscert --tlskey --url --connection --log-level',
);

const CLIENT_IMAGE = /(?:^|\/)(kubectl|helm|oc|origin-cli|ose-cli|cli|k8s|infragate|alpine-k8s|helm-kubectl)$/;

/**
 * `docker run bitnami/kubectl apply …`, `docker exec node kubectl …`: what runs inside may reach the cluster all the same.
 * An image that is a client's is run by its name.
 */
export function container(args: readonly string[], io: Io, _scope: unknown, program: string): Runs | undefined {
  const own = args.slice(optionsEnd(args, GLOBAL_TAKES));
  const [verb = '', ...rest] = own;
  if (verb === 'compose' || program.endsWith('compose')) return compose(verb === 'compose' ? rest : own, io);
  if (verb === 'container' || verb === 'machine') return container(rest, io, _scope, program);
  if (verb === 'exec' || verb === 'ssh') return runsArgv(rest.slice(optionsEnd(rest, RUN_TAKES) + 1), io);
  if (verb !== 'run' && verb !== 'create') return undefined;
  const end = optionsEnd(rest, RUN_TAKES);
  return inImage(
    rest[end] ?? '',
    textOf(readFlags(rest.slice(0, end), RUN_TAKES).flags, '--entrypoint'),
    rest.slice(end + 1),
    io,
  );
}

function compose(args: readonly string[], io: Io): Runs | undefined {
  const [verb, ...rest] = args.slice(optionsEnd(args, COMPOSE_TAKES));
  if (verb !== 'run' && verb !== 'exec') return undefined;
  const end = optionsEnd(rest, RUN_TAKES);
  return inImage(rest[end] ?? '', undefined, rest.slice(end + 1), io);
}

function inImage(image: string, entrypoint: string | undefined, args: readonly string[], io: Io): Runs | undefined {
  if (entrypoint !== undefined && entrypoint !== '') return runsArgv([entrypoint, ...args], io);
  const name = CLIENT_IMAGE.exec(image.replace(/@.*/s, '').replace(/:[^/:]*$/, ''))?.[1];
  const isWhole =
    args[0] !== undefined && /^(kubectl|oc|helm|infragate|bash|sh)$/.test(args[0].split('/').at(-1) ?? '');
  if (name === undefined || isWhole) return runsArgv(args, io);
  if (name === 'infragate' || name === 'helm') return runsArgv([name, ...args], io);
  if (name === 'helm-kubectl' || name === 'alpine-k8s' || name === 'k8s' || name === 'cli') return runsArgv(args, io);
  return runsArgv([name === 'kubectl' ? 'kubectl' : 'oc', ...args], io);
}
