import { word } from '../document.ts';
import type { Extracted } from '../extract/index.ts';
import { dig, listOf, textOf } from '../extract/yaml.ts';
import { parseName } from './known-images.ts';
import { mounted } from './mounts.ts';
import { admission, type Found, type Rule, services } from './rule.ts';

const workload = { by: 'workload' } as const;

/** Commands that only root may run, or that change what only root may change. */
const ROOT_COMMAND =
  /(?:^|[\s;&|("'`[,])(?:sudo\s|su\s+-|(?:chown|chgrp)\s|apt(?:-get)?\s+(?:-\S{1,80}\s+){0,8}(?:update|install|upgrade)\b|apk\s+(?:-\S{1,80}\s+){0,8}(?:add|update|upgrade|del)\b|(?:yum|dnf|microdnf|zypper|pacman)\s+(?:-\S{1,80}\s+){0,8}(?:install|update|-S)|dpkg\s+-i|rpm\s+-[iU]|(?:useradd|usermod|adduser|addgroup|groupadd|groupmod|deluser|chpasswd|passwd)\s|(?:gosu|su-exec|setpriv|runuser|chroot|setcap|mknod|modprobe|insmod|iptables|ip6tables|nft)\s|mount\s+-|ip\s+(?:link|route|addr|rule)\s+(?:add|del|set)|sysctl\s+-w|update-ca-certificates|update-ca-trust|ldconfig|service\s+\w+\s+(?:start|restart)|systemctl\s|(?:crond|sshd|cron)(?:\s|["'\]]|$))/;

/** Redirections, copies and in-place edits below /etc. */
const WRITES_ETC =
  /(?:>{1,2}\s*|\btee\s+(?:-a\s+)?|\bsed\s+(?:-\S{1,80}\s+){0,8}-i\S{0,80}\s[^;&|]{0,200}\s|\b(?:cp|mv|ln|install)\s[^;&|]{0,200}\s)["']?\/etc\/[\w./-]+/;

type Started = { readonly text: string; readonly place: Found['place']; readonly owner: string };

/** What containers are told to run, as one text each. */
export function started(x: Extracted): Started[] {
  const join = (...parts: unknown[]) =>
    parts.flatMap((part) => (Array.isArray(part) ? part : part === undefined ? [] : [part])).join(' ');
  return [
    ...services(x).flatMap((s) =>
      s.raw.command === undefined && s.raw.entrypoint === undefined
        ? []
        : [
            {
              text: join(s.raw.entrypoint, s.raw.command),
              place: s.at(s.raw.command === undefined ? 'entrypoint' : 'command'),
              owner: s.name,
            },
          ],
    ),
    ...x.pods.flatMap((p) =>
      p.containers.flatMap((c) =>
        c.raw.command === undefined && c.raw.args === undefined
          ? []
          : [
              {
                text: join(c.raw.command, c.raw.args),
                place: c.at(c.raw.args === undefined ? 'command' : 'args'),
                owner: textOf(c.raw.name) ?? '',
              },
            ],
      ),
    ),
  ];
}

const told = (match: RegExpExecArray | null) => word(/[a-z][\w-]*/.exec(match?.[0] ?? '')?.[0]);

export const rootNeedRules: readonly Rule[] = [
  {
    id: 'needs-root-command',
    feature: 'commands that only root may run',
    looks_for: 'chown, apt-get, apk add, useradd, gosu, mount and the like in commands and entrypoints',
    asks: ['openshift', 'podSecurity'],
    severity: 'HIGH',
    because: 'a container with a numbered user can’t run them: the command fails, and with it the container',
    adjustment:
      'leave the command out: fsGroup gives a volume to the Pod’s group, packages and users belong into the image',
    words: /\bchown\b|\bapt\b|\bapk\b|\bgosu\b|root command/i,
    proof: workload,
    find: (x, facts) =>
      started(x).flatMap(({ text, place, owner }): Found[] => {
        const match = ROOT_COMMAND.exec(text);
        if (match === null) return [];
        const what = told(match);
        return [
          {
            place,
            ...admission(facts, 'restricted', 'NONE'),
            adjustment: `${word(owner)}: without ${what} (${/^ch/.test(what) ? 'fsGroup gives the volume to the Pod' : 'do it when the image is built'})`,
          },
        ];
      }),
  },
  {
    id: 'writes-etc',
    feature: 'configuration written at start',
    looks_for: 'commands that write below /etc: redirections, tee, sed -i, cp, envsubst',
    asks: ['openshift', 'podSecurity'],
    severity: 'HIGH',
    because: 'in most images /etc belongs to root: a numbered user can’t write there, and the container exits',
    adjustment: 'a ConfigMap mounted there, or an emptyDir that an init container fills',
    words: /writes? .{0,200}\/etc|entrypoint/i,
    proof: workload,
    find: (x, facts) =>
      started(x)
        .filter(({ text }) => WRITES_ETC.test(text))
        .map(({ place }) => ({ place, ...admission(facts, 'restricted', 'NONE') })),
  },
  {
    id: 'starts-as-root',
    feature: 'images that change their user at start',
    looks_for: 'PUID, PGID, USER_UID and USERMAP_UID variables, images of linuxserver.io, entrypoints of s6-overlay',
    asks: ['openshift', 'podSecurity'],
    severity: 'HIGH',
    because:
      'such an image starts as root, changes owners and then becomes the configured user: as a numbered user it can do neither',
    adjustment:
      'an image that runs as a numbered user; else a namespace and service account that admit root (on OpenShift anyuid)',
    words: /\bPUID\b|\bPGID\b|s6/i,
    proof: workload,
    find: (x, facts) => {
      const judged = admission(facts, 'restricted', 'NONE');
      const names = /^(PUID|PGID|USERMAP_[UG]ID|USER_[UG]ID|S6_\w+)$/;
      return [
        ...services(x).flatMap((s): Found[] => {
          const variable = s.environment.find((e) => names.test(e.name));
          const image = s.imageName === undefined ? '' : parseName(s.imageName);
          const s6 = /^\/(init|s6-init)\b/.test([s.raw.entrypoint].flat().join(' '));
          if (variable !== undefined) return [{ place: variable.place, ...judged }];
          if (/(^|\/)(linuxserver|hotio)\//.test(image)) return [{ place: s.at('image'), ...judged }];
          return s6 ? [{ place: s.at('entrypoint'), ...judged }] : [];
        }),
        ...x.pods.flatMap((p) =>
          p.containers.flatMap((c): Found[] => {
            const at = listOf(c.raw.env).findIndex((e) => names.test(textOf(dig(e, 'name')) ?? ''));
            return at === -1 ? [] : [{ place: c.at('env', at, 'name'), ...judged }];
          }),
        ),
      ];
    },
  },
  {
    id: 'mount-below-root',
    feature: 'mounts below /root',
    looks_for: 'volumes mounted at /root or below it',
    asks: ['openshift', 'podSecurity'],
    severity: 'HIGH',
    because: 'in most images /root is closed to others (0700): a numbered user doesn’t reach what is mounted below it',
    adjustment: 'another path for it, by the program’s variable or option (HOME, XDG_CACHE_HOME, a --data-dir)',
    words: /\/root\b|home folder/i,
    proof: workload,
    find: (x, facts) =>
      mounted(x)
        .filter((m) => /^(\/root|~)(\/|$)/.test(m.target))
        .map((m) => ({
          place: m.place,
          ...admission(facts, 'restricted', 'NONE'),
          adjustment: `${word(m.target)}: mount it below /data or /home, and set HOME (or the program’s own variable) to that`,
        })),
  },
  {
    id: 'home-not-writable',
    feature: 'home folders',
    looks_for: 'HOME and XDG folders set to a path that nothing writable is mounted at',
    asks: ['openshift', 'podSecurity'],
    severity: 'MEDIUM',
    because: 'a numbered user can’t write to the image’s home folders: caches and settings fail',
    adjustment: 'an emptyDir or claim at that path, or HOME=/tmp',
    words: /\bHOME\b|XDG/i,
    proof: workload,
    find: (x, facts) => {
      const judged = admission(facts, 'restricted', 'NONE');
      const severity = judged.severity === 'HIGH' ? ({ severity: 'MEDIUM' } as const) : {};
      const home = /^(HOME|XDG_(CACHE|CONFIG|DATA|STATE)_HOME|NPM_CONFIG_CACHE|PIP_CACHE_DIR|COMPOSER_HOME)$/;
      const open = (value: string, targets: readonly string[]) =>
        value.startsWith('/') &&
        !/^\/(tmp|dev\/shm)(\/|$)/.test(value) &&
        !targets.some((t) => value === t || value.startsWith(`${t.replace(/\/$/, '')}/`));
      return [
        ...services(x).flatMap((s) => {
          const targets = s.mounts.map((m) => m.target);
          return s.environment
            .filter((e) => home.test(e.name) && open(e.value, targets))
            .map((e) => ({ place: e.place, ...judged, ...severity }));
        }),
        ...x.pods.flatMap((p) =>
          p.containers.flatMap((c) => {
            const targets = listOf(c.raw.volumeMounts).map((m) => textOf(dig(m, 'mountPath')) ?? '');
            return listOf(c.raw.env).flatMap((e, i): Found[] =>
              home.test(textOf(dig(e, 'name')) ?? '') && open(textOf(dig(e, 'value')) ?? '', targets)
                ? [{ place: c.at('env', i), ...judged, ...severity }]
                : [],
            );
          }),
        ),
      ];
    },
  },
];
