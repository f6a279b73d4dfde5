import { type ShellEffect, shellEffects } from '../shell/index.ts';
import type { Permit } from './permits.ts';
import { allows, refusalOfWrite } from './verdict.ts';

export type Standing = {
  readonly cwd: string | undefined;
  readonly permits: readonly Permit[];
  /** Infragate's data folder: the record, the permits, the approver's key. */
  readonly home?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly language?: 'shell' | 'powershell';
  readonly untimed?: number;
};

/** A command line → undefined (it may run) or the reason it stops, first things first. Nothing here touches a cluster. */
export function judge(text: string, standing: Standing): string | undefined {
  const { cwd, permits, home, language = 'shell', untimed } = standing;
  const protects = permits.length > 0 && home !== undefined ? [home] : [];
  const env = { ...(standing.env ?? process.env), ...(home === undefined ? {} : { INFRAGATE_HOME: home }) };
  for (const effect of shellEffects(text, { cwd, env, protects, language, untimed })) {
    const because = refusal(effect, standing);
    if (because !== undefined) return because;
  }
  return undefined;
}

function refusal(effect: ShellEffect, { permits, home }: Standing): string | undefined {
  switch (effect.kind) {
    case 'person':
      return refusalOfPerson(effect.command);
    case 'cluster':
      return allows(permits, effect.write) ? undefined : refusalOfWrite(permits, effect.write);
    case 'files':
      return refusalOfFiles(home ?? effect.path, permits);
    case 'opaque':
      return permits.length === 0
        ? undefined
        : `${sentence(effect.because)}, and a deployment is open (${names(permits)}). Show what it runs, or run its commands one by one.`;
    case 'unreadable':
      return permits.length === 0 || !effect.mentions
        ? undefined
        : `infragate can't read this command line (${effect.because}), and a deployment is open. Write it plainly.`;
  }
}

export const names = (permits: readonly Permit[]): string => permits.map((one) => one.deployment).join(', ');

export const refusalOfFiles = (home: string, permits: readonly Permit[]): string =>
  `infragate's record (${home}) is not for an agent to change while a deployment is open (${names(permits)}).`;

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const refusalOfPerson = (command: string): string =>
  `infragate ${command} is for a person, never for an agent. Tell the person what there is to decide and how (infragate ${command} in a terminal of theirs), and wait; deployment-status shows when it has happened.`;
