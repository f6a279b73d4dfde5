import { apiSubject, checkApi } from './api.ts';
import { checkConfiguration, configurationSubject } from './configuration.ts';
import type { CheckedKind, Finding, Misnamed, Named } from './finding.ts';
import { checkImage, type ImageOptions, imageSubject } from './image.ts';
import { checkOperator, operatorSubject } from './operator.ts';
import { checkProvided } from './provided.ts';
import type { World } from './world.ts';

type Row = {
  subject(text: string): Named | Misnamed | Promise<Named | Misnamed>;
  check(world: World, subject: string, options: ImageOptions): Promise<Finding>;
};

/** The kinds of items that can be looked at. */
const KINDS: Readonly<Record<CheckedKind, Row>> = {
  api: { subject: apiSubject, check: checkApi },
  image: { subject: imageSubject, check: checkImage },
  operator: { subject: operatorSubject, check: checkOperator },
  configuration: { subject: configurationSubject, check: checkConfiguration },
};

/** A text as an agent gives it → its canonical subject, or why it can't be one. */
export const subjectOf = async (kind: CheckedKind, text: string): Promise<Named | Misnamed> =>
  KINDS[kind].subject(text);

/** The real thing; or, for what the plan is to bring and isn't there yet, whether it can be installed. */
export async function lookAt(
  world: World,
  item: { readonly kind: CheckedKind; readonly subject: string; readonly provided_by?: 'plan' | undefined },
  options: ImageOptions = {},
): Promise<Finding> {
  const real = await KINDS[item.kind].check(world, item.subject, options);
  if (item.provided_by !== 'plan' || real.verdict.status === 'pass') return real;
  return checkProvided(world, item.kind, item.subject, real);
}
