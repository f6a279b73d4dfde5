import { at, conditionOf, conditionsIn, textAt } from '../../kube-object.ts';
import { byPhase, camel, failed, type Reader, ready, waiting } from '../reading.ts';

export const olmSubscription: Reader = (object) => {
  const state = textAt(object, 'status', 'state');
  for (const type of ['ResolutionFailed', 'BundleUnpackFailed', 'InstallPlanFailed']) {
    const condition = conditionOf(object, type);
    if (condition?.status === 'True') return failed(condition.reason || type, condition.message, false);
  }
  const sources = conditionOf(object, 'CatalogSourcesUnhealthy');
  if (state === '' && sources?.status === 'True')
    return waiting(sources.reason || 'CatalogSourcesUnhealthy', sources.message);
  if (state === '') return waiting('NoStatus', 'OLM has not resolved it yet');
  const installed = textAt(object, 'status', 'installedCSV');
  const isBehind = state === 'UpgradePending' || state === 'UpgradeAvailable';
  if (isBehind && textAt(object, 'spec', 'installPlanApproval') === 'Manual') {
    // Pinned: Manual and startingCSV are how a version is kept. The next one may wait for ever.
    const pinned = textAt(object, 'spec', 'startingCSV');
    if (pinned !== '' && pinned === installed)
      return ready('AtPinnedVersion', `${installed} is installed, as startingCSV asks; a newer one waits for approval`);
    return waiting(
      'RequiresApproval',
      `${textAt(object, 'status', 'currentCSV')} waits for its InstallPlan to be approved`,
    );
  }
  if (state !== 'AtLatestKnown') return waiting(camel(state), `its state is ${state}`);
  return installed === ''
    ? waiting('NothingInstalled', 'no ClusterServiceVersion is installed')
    : ready('AtLatestKnown', `${installed} is installed`);
};

export const installPlan: Reader = (object, known) => {
  const phase = textAt(object, 'status', 'phase');
  if (phase === 'RequiresApproval') return waiting('RequiresApproval', 'someone must approve it (spec.approved)');
  return byPhase('phase', { good: ['Complete'], bad: ['Failed'] })(object, known);
};

export const catalogSource: Reader = (object) => {
  const state = textAt(object, 'status', 'connectionState', 'lastObservedState');
  if (state === 'READY') return ready('READY', 'the catalog answers');
  return waiting(
    state === '' ? 'NoStatus' : camel(state),
    state === '' ? 'OLM has not connected to it yet' : `the connection is ${state}`,
  );
};

export const operatorGroup: Reader = (object) => {
  if (textAt(object, 'status', 'lastUpdated') === '') return waiting('NoStatus', 'OLM has not looked at it yet');
  const no = conditionsIn(at(object, 'status', 'conditions')).find((c) => c.status === 'True');
  return no === undefined ? ready('Updated', 'OLM has taken it up') : failed(no.reason || no.type, no.message, false);
};
