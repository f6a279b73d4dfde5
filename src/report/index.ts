/**
 * Reports, pure: a deployment (and its events) in, words and figures out. Nothing here is stored or decided; the
 * figures can be computed again from `infragate export`.
 */

export { changeHtml, changeMarkdown } from './change-render.ts';
export { type ChangeSource, changeReport } from './change-report.ts';
export { comparison, type RunFigures, runFigures } from './compare.ts';
export { type Component, type Deployed, documentation, keptSections } from './documentation.ts';
export { type Learning, learningsOf, type Note, titleKey, type Use, usesOf } from './learnings.ts';
export { duration, table } from './markdown.ts';
export { planReport } from './plan.ts';
export { researchReport } from './research.ts';
export { figures, type Narrative, retrospective, toldIn } from './retrospective.ts';
export { budgetReport, damagedWords, listReport, MAX_LISTED, statusReport } from './status.ts';
export { timelineMarkdown, timelineReport } from './timeline.ts';
export { inLocalTime, localTime } from './when.ts';
export { eventWords, fixWords } from './words.ts';
