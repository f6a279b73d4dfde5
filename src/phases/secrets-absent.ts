import type { Reader } from '../cluster/index.ts';
import { Refused } from '../engine/tool.ts';
import { type LoadedPlan, type Problem, secretUse } from '../plan/index.ts';
import type { Deployment } from '../workflow/index.ts';
import { firstApplied, isMade, secretNow, secretValue } from './secrets.ts';

/**
 * The plan's Secrets that are not there yet, or whose values are not where the plan says, and which phase first needs
 * each. Notes: something may well bring them before that phase, but the approver knows what is waited for.
 */
export async function absentSecrets(reader: Reader, d: Deployment, loaded: LoadedPlan): Promise<Problem[]> {
  const { namespace } = d.target;
  const notes = await Promise.all(
    loaded.plan.secrets.map(async (secret, index): Promise<Problem[]> => {
      const note = (message: string): Problem[] => [{ path: `secrets[${index}]`, severity: 'note', message }];
      const seen = await secretNow(reader, namespace, secret).catch((error: unknown) => {
        if (error instanceof Refused && error.refusal.code === 'FORBIDDEN') return undefined;
        throw error;
      });
      if (seen === undefined) return note(`whether the Secret ${secret.name} is there can't be seen by this identity`);
      const { there, missing } = seen;
      const use = secretUse(loaded, secret.name, namespace);
      if (there && missing.length === 0) return [];
      if (there)
        return note(
          `the Secret ${secret.name} is there and lacks ${missing.join(', ')}: ${until(loaded, secret, use)}`,
        );
      if (!isMade(secret)) return note(`the Secret ${secret.name} is not there yet: ${until(loaded, secret, use)}`);
      const looks = await Promise.all(secret.keys.map((key) => secretValue(secret, key, d.started.workspace)));
      const gone = looks.find((l) => l.value === undefined);
      const early = use.needed[0];
      return [
        ...(gone === undefined
          ? []
          : note(`the Secret ${secret.name} is made from ${gone.where}, which is not there yet`)),
        ...(early === undefined || early.phase >= firstApplied({ plan: loaded.plan })
          ? []
          : note(
              `the Secret ${secret.name} is needed by phase ${early.phase} (${early.by}), which others apply: call apply-phase for it before they do, and it is made`,
            )),
      ];
    }),
  );
  return notes.flat();
}

function until(
  loaded: LoadedPlan,
  secret: LoadedPlan['plan']['secrets'][number],
  { needed, makers }: ReturnType<typeof secretUse>,
): string {
  const first = needed[0];
  const maker = makers[0];
  const start = secret.from === 'external' ? undefined : firstApplied({ plan: loaded.plan });
  const waits =
    start !== undefined
      ? `the plan says it exists, and phase ${start} is not applied without it`
      : first === undefined
        ? 'no phase names it, so none waits for it'
        : first.when === 'start'
          ? `phase ${first.phase} (${first.by}) first needs it, and is not applied without it`
          : `phase ${first.phase} (${first.by}) first needs it, and its gate does not pass without it`;
  if (maker === undefined) return waits;
  const late = first !== undefined && maker.phase > first.phase;
  return `${waits}; ${maker.object} of phase ${maker.phase} may be what makes it${late ? ', which is too late' : ''}`;
}
