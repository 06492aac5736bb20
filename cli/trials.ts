// What people see of several trainings side by side: a line for each that is done, an epoch a line where there is no
// terminal, and on a terminal one live line for all.
import type { TrainEvent } from "../src/lab/events.ts";
import type { Trial } from "../src/lab/reproduce.ts";
import type { Metrics } from "../src/lab/run-folder.ts";
import { duration, percent } from "./output.ts";

export interface ShownTrials {
  onEvent(trial: Trial, event: TrainEvent | { readonly kind: "done"; readonly metrics: Metrics }): void;
  /** Leaves the terminal clean. */
  end(): void;
}

/** How far a trial is: epochs done, of so many, and how many of those this run has done itself. */
interface Progress {
  done: number;
  epochs: number;
  began: number;
}

/** Shows these trials of one claim on `stream`. */
export const showTrials = (stream: NodeJS.WriteStream, trials: readonly Trial[]): ShownTrials => {
  const live = stream.isTTY === true;
  const clear = live ? "\r\u001b[K" : "";
  const started = performance.now();
  const under = new Map<Trial, Progress>();
  const complete = new Set<Trial>();
  const name = ({ claim, seed }: Trial): string => `${claim.id}, seed ${seed}`;

  /** From the pace of this run so far; trials that wait count as long as those under way. */
  const left = (): string => {
    const known = [...under.values()];
    const epochs = known[0]?.epochs ?? 0;
    const here = known.reduce((sum, { done, began }) => sum + done - began, 0);
    const waiting = trials.filter((trial) => !complete.has(trial) && !under.has(trial)).length * epochs;
    const open = [...under].filter(([trial]) => !complete.has(trial));
    const missing = waiting + open.reduce((sum, [, { done, epochs }]) => sum + epochs - done, 0);
    return here <= 0 || missing <= 0 ? "" : `, ${duration(((performance.now() - started) / here) * missing)} left`;
  };

  const liveLine = (): string => {
    const open = [...under].filter(([trial]) => !complete.has(trial));
    const parts = open.map(([{ seed }, { done, epochs }]) => `seed ${seed} epoch ${Math.floor(done) + 1}/${epochs}`);
    return `${trials[0]!.claim.id}: ${complete.size} of ${trials.length} seeds done; ${parts.join(", ")}${left()}`;
  };

  return {
    onEvent: (trial, event) => {
      if (event.kind === "done") {
        const test = event.metrics.test;
        const was = under.has(trial) ? "" : " (of an earlier run)";
        const score = test ? `test ${percent(test.accuracy)}, ${test.misses} misses` : "no test images";
        complete.add(trial);
        stream.write(`${clear}${name(trial)}: ${score}${was}\n`);
      }
      if (event.kind === "start") {
        const { epoch } = event.position;
        under.set(trial, { done: epoch, began: epoch, epochs: event.settings.epochs });
      }
      const progress = under.get(trial);
      if (!progress) return;
      if (event.kind === "progress") progress.done = event.epoch - 1 + event.step / event.steps;
      if (event.kind === "epoch") {
        progress.done = event.record.epoch;
        const { epoch, train } = event.record;
        if (!live)
          stream.write(`${name(trial)}: epoch ${epoch}/${event.epochs}, train ${percent(train.accuracy)}${left()}\n`);
      }
      if (live) stream.write(`${clear}${[...liveLine()].slice(0, (stream.columns || 80) - 1).join("")}`);
    },
    end: () => void stream.write(clear),
  };
};
