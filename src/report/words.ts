import { allowanceWords, type Event, type Fix } from '../workflow/index.ts';

export function fixWords(fix: Fix): string {
  if ('tool' in fix) return fix.tool;
  if ('command' in fix) return `\`${fix.command}\``;
  return `${fix.person}: ${fix.action}`;
}

/** One event as one line a person reads. */
export function eventWords({ fact }: Event): string {
  switch (fact.type) {
    case 'started':
      return `started: ${fact.component} → ${fact.target.namespace}`;
    case 'claimed':
      return `assumed ${fact.item.subject}${fact.item.provided_by === 'plan' ? ' (the plan brings it)' : ''}`;
    case 'retired':
      return `retired ${fact.subject}: ${fact.because}${fact.replaced_by === undefined ? '' : ` (replaced by ${fact.replaced_by})`}`;
    case 'begun':
      return `${fact.tool} began${fact.phase === undefined ? '' : ` (phase ${fact.phase})`}`;
    case 'placed':
      return `${fact.object.kind}/${fact.object.name} ${fact.state}`;
    case 'observed':
      return `${fact.subject}: ${fact.verdict.status} ${fact.verdict.reason}: ${fact.verdict.message}`;
    case 'ended':
      return `run ended: ${fact.status ?? fact.outcome}`;
    case 'opened':
      return `blocker ${fact.blocker.id} opened (Gate ${fact.blocker.gate}, ${fact.blocker.cause}): ${fact.blocker.because}`;
    case 'closed':
      return `blocker ${fact.blocker} closed: ${fact.because}`;
    case 'planned':
      return `plan ${fact.digest.slice(0, 12)} submitted, ${fact.phases.length} phases`;
    case 'decided':
      if (fact.under !== undefined)
        return `approved within the class ${fact.under.fact.class.id} that a person approved`;
      return `a person decided: ${fact.choice}${fact.remark === undefined ? '' : ` (${fact.remark})`}`;
    case 'preapproved':
      return `a person approved the class ${fact.class.id} until ${fact.class.until}: ${fact.class.allows.map(allowanceWords).join('; ')}`;
    case 'waived':
      return `a person waived ${fact.check} until ${fact.until}: ${fact.because}`;
    case 'written':
      return `${fact.what} written: ${(fact.title ?? fact.text).split('\n')[0]?.slice(0, 100)}`;
    case 'committed':
      return `phase ${fact.phase} committed: ${fact.sha.slice(0, 12)}`;
    case 'refused':
      return `${fact.tool} refused: ${fact.code}`;
    case 'completed':
      return 'completed';
    case 'abandoned':
      return `a person abandoned it: ${fact.because}`;
  }
}
