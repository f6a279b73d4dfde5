/** Told a line for people while something takes its time. */
export type Progress = (line: string) => void;
