import { clearProgress, hasProgressLine, printError, progressLine } from '../print/index.ts';

/** What is being done, on stderr: on a terminal one line that moves and counts seconds, elsewhere a line for each step. */
export type Spinner = { step(text: string): void; stop(): void };

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

export function startSpinner(text: string): Spinner {
  if (!hasProgressLine()) return { step: printError, stop() {} };
  const began = Date.now();
  let [current, frame] = [text, 0];
  const draw = () => {
    frame = (frame + 1) % FRAMES.length;
    progressLine(`${FRAMES[frame]} ${current.trim()} (${Math.floor((Date.now() - began) / 1000)} s)`);
  };
  const timer = setInterval(draw, 100);
  timer.unref();
  draw();
  return {
    step(line) {
      current = line;
      draw();
    },
    stop() {
      clearInterval(timer);
      clearProgress();
    },
  };
}
