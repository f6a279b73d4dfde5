import type { Condition } from '../kube-object.ts';

/**
 * What one condition says of its object. `bad`: something does not work. `busy`: it is not done. `good`: it works.
 * `health`: the False of it is bad, and the True of it alone is not enough, because it is about a part.
 */
export type Telling = 'good' | 'part' | 'bad' | 'busy' | 'nothing';

/** Conditions whose True says that the whole object works, best first: the usual words of operators. */
export const POSITIVE = [
  'Ready',
  'Available',
  'Succeeded',
  'Complete',
  'Completed',
  'Healthy',
  'Programmed',
  'Established',
  'Installed',
  'Deployed',
  'Reconciled',
  'ReconcileSuccess',
  'ReconciliationSucceeded',
  'Successful',
  'Accepted',
  'Valid',
  'Bound',
] as const;

/** True: something is wrong. Types are read by their last words, so that `DatabaseDegraded` is Degraded. */
const NEGATIVE =
  /^(?:Invalid|Error|Failed|Failing|Failure|Insufficient|Missing|OutOf)\w*$|(?:Degraded|Failing|Failed|Failures?|Errors?|Errored|ErrorOccurred|Stalled|Unhealthy|Unavailable|Unreachable|Unschedulable|Unsupported|Unauthorized|Invalid|Misconfigured|Denied|Rejected|Refused|Conflict|Conflicts|Conflicted|Blocked|Broken|Crashed|Crashing|CrashLooping|Lost|Missing|Terminal|Recoverable|Irreconcilable|Fallback|Dangling|Exceeded|Outdated|Drifted|Pressure|Split[Bb]rain)$|(?:^|[a-z.])Not(?:Ready|Healthy|Available|Reachable|Synced|Found|Valid|Accepted|Programmed|Installed|Reconciled|UpToDate|Permitted|Supported)$/;

/** True: it is being changed, or nobody looks at it. Issuing is left out: a certificate is renewed while it works. */
const BUSY =
  /(?:Reconciling|Progressing|RolloutProgressing|InProgress|Updating|Upgrading|RollingOut|RollingBack|RollingUpdate|Installing|Uninstalling|Provisioning|Deploying|Creating|Initializing|Bootstrapping|Starting|Stopping|Preparing|Building|Deleting|Terminating|Draining|Restarting|Restoring|Recovering|Remediating|Repairing|Replacing|Rebalancing|Resizing|Expanding|Scaling|ScalingUp|ScalingDown|ScalingIn|ScalingOut|Migrating|Rotating|Syncing|Applying|Configuring|Loading|Importing|Pending|Queued|Paused|Suspended)$/;

/** False: a part of it does not work. The last word of a type that operators write as "is this so?". */
const HEALTH =
  /^Ready(?:To|For)[A-Z]\w*$|(?:Ready|Available|Healthy|Programmed|Established|Installed|Deployed|Reconciled|Synced|Accepted|Succeeded|Successful|Success|Valid|Validated|Verified|ResolvedRefs|Resolved|Offered|Admitted|Applied|Provided|Provisioned|Configured|Connected|Reachable|Authenticated|Authorized|Registered|Issued|Loaded|Updated|UpToDate|Normal|Archiving|LastAsyncOperation)$/;

/** These say where a task stands: False is not wrong, it is not the end yet, or one step's. */
const STEPS: ReadonlySet<string> = new Set(['Complete', 'Completed', 'Running', 'Active', 'Started']);

/** A reason that contradicts whatever status stands beside it. */
const BAD_REASON =
  /^(?:Invalid|Missing|Insufficient|Unsupported)\w*$|(?:^|[a-z_])(?:Failed|Failing|Failure|Error|Errored|Denied|Forbidden|Unauthorized|Unhealthy|Degraded|Crashed|Aborted|Blocked|BackOff|DeadlineExceeded|NotValid|NotPermitted)$/i;

/** A reason of something that goes on. */
const BUSY_REASON = /^(?:Ongoing|InProgress|Retrying)$/;

/**
 * Progressing=True is where a Deployment rests, too: the reason says that it has arrived. (Argo CD calls a SpinApp with
 * Progressing=True and NewReplicaSetAvailable Progressing; its controller copies the Deployment's condition.)
 */
const ARRIVED =
  /\wRunning$|Available|Complete|Success|Succeeded|AsExpected|Ready|Healthy|Finished|Reconciled|Idle|UpToDate/;

export function tellingOf({ type, status, reason }: Condition, positive: ReadonlySet<string>): Telling {
  if (NEGATIVE.test(type)) return status === 'True' ? 'bad' : 'nothing';
  if (BAD_REASON.test(reason)) return 'bad';
  if (BUSY_REASON.test(reason)) return 'busy';
  // Operators made with Ansible: the playbook runs now (Running), or waits for its next run (Successful).
  if (type === 'Running') return running(status, reason);
  if (BUSY.test(type)) return status === 'True' && !ARRIVED.test(reason) ? 'busy' : 'nothing';
  if (positive.has(type))
    return status === 'True' ? 'good' : STEPS.has(type) ? 'busy' : status === 'False' ? 'bad' : 'busy';
  if (STEPS.has(type) || !HEALTH.test(type)) return 'nothing';
  return status === 'True' ? 'part' : status === 'False' ? 'bad' : 'nothing';
}

function running(status: string, reason: string): Telling {
  if (status !== 'True') return 'nothing';
  return reason === 'Successful' ? 'good' : reason === 'Running' ? 'busy' : 'nothing';
}

const WHOLE: ReadonlySet<string> = new Set(POSITIVE);

/** The first condition that contradicts a positive one: wrong before not done. */
export function contraryOf(
  conditions: readonly Condition[],
  positive: ReadonlySet<string> = WHOLE,
): Condition | undefined {
  // Ready sums up. A part may be not available because it is one of several ways, and another was taken.
  const isReady = conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
  const counts = isReady ? conditions.filter(({ type }) => positive.has(type) || !/Available$/.test(type)) : conditions;
  return counts.find((c) => tellingOf(c, positive) === 'bad') ?? counts.find((c) => tellingOf(c, positive) === 'busy');
}

/** The best condition that says that the object works. */
export const goodOf = (
  conditions: readonly Condition[],
  positive: ReadonlySet<string> = WHOLE,
): Condition | undefined =>
  [...positive, 'Running']
    .flatMap((type) => conditions.filter((c) => c.type === type))
    .find((c) => tellingOf(c, positive) === 'good');
