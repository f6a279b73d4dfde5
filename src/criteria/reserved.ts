import { COMPARISONS } from './comparisons.ts';
import { NUMBERS } from './durations.ts';
import { STATES } from './states.ts';

/** What a clause may begin or end with besides states and comparisons. */
const OTHER =
  "reaches reach reached becomes become became gets get goes turns enters are be was were been has have had to in reports report shows show must should will shall can comes come stays stay remains remain eventually finally successfully fully completely and or not no never none without with within after before when while until once if unless for on at by from of then that than exists exist existing created appears appear gone deleted removed absent disappears logs log pods pod replicas replica instances endpoints endpoint address ip hostname phase state status condition conditions health restarts restart key keys named called contains contain includes include does do all any some each every both only there doesn't don't isn't aren't responds respond returns return serves serve listens listen answers answer accepts works work fine";

/** Words that are not taken for a name where a name may stand: `Deployment available`. */
export const RESERVED: ReadonlySet<string> = new Set([
  ...OTHER.split(' '),
  ...NUMBERS,
  ...[...STATES.keys()].flatMap((state) => state.split(' ')),
  ...COMPARISONS.flatMap((row) => row.words.split('|').flatMap((words) => words.split(' '))),
]);
