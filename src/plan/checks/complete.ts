import type { Subject } from './subject.ts';

/** Every phase can be applied, proven and undone; the plan is for this deployment; validation is planned or said not to be. */
export function checkComplete({ loaded, world, report }: Subject): void {
  const { plan } = loaded;
  plan.phases.forEach((phase, index) => {
    const at = ['phases', index] as const;
    if (phase.resources.length === 0 && phase.commands.length === 0 && phase.delivery !== 'external') {
      report.error(
        [...at, 'resources'],
        `phase ${phase.number} has no resources: nothing would be deployed or watched`,
      );
    }
    if (phase.validation_commands.length === 0) {
      report.error([...at, 'validation_commands'], `phase ${phase.number} has no validation commands`);
    }
    if (phase.success_criteria.length === 0) {
      report.error([...at, 'success_criteria'], `phase ${phase.number} has no success criteria`);
    }
    if (phase.rollback.length === 0) {
      report.error([...at, 'rollback'], `phase ${phase.number} has no rollback: commands, "undo", or "none: why"`);
    }
    if (phase.delivery === 'apply' && phase.commands.length === 0 && phase.resources.length > 0) {
      if (phase.resources.every((r) => r.kind === 'observed')) {
        report.error(
          [...at, 'resources'],
          'these are only looked at: say delivery external or gitops, or give their manifests',
        );
      }
    }
    if ((phase.delivery === 'external' || phase.delivery === 'gitops') && phase.commands.length > 0) {
      report.error([...at, 'commands'], `under delivery ${phase.delivery} others apply, and commands would not be run`);
    }
    if (phase.must_fail_before !== undefined && phase.delivery !== 'apply' && phase.commands.length === 0) {
      report.error(
        [...at, 'must_fail_before'],
        `under delivery ${phase.delivery} others apply, and nothing can be run before that`,
      );
    }
  });

  const seen = new Map<string, number>();
  plan.phases.forEach((phase, index) => {
    const first = seen.get(phase.name.toLowerCase());
    if (first !== undefined) report.error(['phases', index, 'name'], `phase ${first + 1} has this name, too`);
    else seen.set(phase.name.toLowerCase(), index);
  });

  for (const list of ['static', 'health', 'functional'] as const) {
    const checks = plan.validation[list];
    if (!('none' in checks) && checks.length === 0) {
      report.error(['validation', list], `validation.${list} is empty: commands, or "none: why"`);
    }
  }
  if (plan.risks.length === 0) report.note(['risks'], 'no risks are named; the approver will ask');
  plan.risks.forEach((risk, index) => {
    if (risk.mitigation === '') report.note(['risks', index], 'this risk has no mitigation');
  });
  if (plan.estimated_minutes === undefined) report.note(['estimated_minutes'], 'no estimated time (estimated_minutes)');
  if (plan.component.toLowerCase() !== world.component.toLowerCase()) {
    report.error(['component'], `this deployment is of "${world.component}", not "${plan.component}"`);
  }
  const words = plan.target.split(/[\s/,;()@:"']+/);
  if (!words.some((word) => world.namespaces.includes(word))) {
    report.error(['target'], `this deployment's namespace is "${world.namespace}", and target names "${plan.target}"`);
  }
}
