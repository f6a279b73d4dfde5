/**
 * Reports, pure: a deployment (and its events) in, words and figures out. Nothing here is stored or decided; the
 * figures can be computed again from `infragate export`.
 */

export { changeHtml, changeMarkdown } from './change-render.ts';
export { type ChangeSource, changeReport } from './change-report.ts';

export { type Component, type Deployed, documentation, keptSections } from './documentation.ts';
export { learningsOf, type Note, titleKey, usesOf } from './learnings.ts';
export { table } from './markdown.ts';
export { planReport } from './plan.ts';
export { researchReport } from './research.ts';
export { figures, retrospective, toldIn } from './retrospective.ts';
export { budgetReport, damagedWords, listReport, MAX_LISTED, statusReport } from './status.ts';
export { timelineMarkdown, timelineReport } from './timeline.ts';
export { inLocalTime } from './when.ts';
export { eventWords, fixWords } from './words.ts';
