// What people see of several trials side by side: a line for each that is done, an epoch a line where there is no terminal,
// and on a terminal one live line for all.
import type { Trial, TrialEvent } from "../src/lab/claims/reproduce.ts";
import { duration } from "./output.ts";

export interface ShownTrials {
  onEvent(trial: Trial, event: TrialEvent): void;
  /** Takes the live line away, so that something else can be printed. */
  clear(): void;
  /** Leaves the terminal clean. */
  end(): void;
}

/** How much of a trial is done, 0…1, and when this run began with it, at which share. */
interface Progress {
  share: number;
  readonly began: number;
  readonly startedMs: number;
}

/** Which member of a committee is trained. */
interface Part {
  readonly member: number;
  readonly members: number;
}

const whole: Part = { member: 1, members: 1 };

/** How much is done of the training that the event is from, 0…1; null where it does not tell. */
const shareIn = (event: TrialEvent): number | null => {
  if (event.kind === "start") return event.position.epoch / event.settings.epochs;
  if (event.kind === "share") return event.share;
  if (event.kind === "progress") return (event.epoch - 1 + event.step / event.steps) / event.epochs;
  if (event.kind === "epoch") return event.record.epoch / event.epochs;
  return null;
};

/** Shows these trials on `stream`. */
export const showTrials = (stream: NodeJS.WriteStream, trials: readonly Trial[]): ShownTrials => {
  const live = stream.isTTY === true;
  const clear = (): void => {
    if (live) stream.write("\r\u001b[K");
  };
  const under = new Map<Trial, Progress>();
  const parts = new Map<Trial, Part>();
  const complete = new Set<Trial>();
  /** Seconds that trials of a claim take, as far as this run has seen. */
  const tookMs = new Map<string, number>();
  const name = ({ claim, seed }: Trial): string => `${claim.id}, seed ${seed}`;
  const open = (): [Trial, Progress][] => [...under].filter(([trial]) => !complete.has(trial));

  /** Of trials under way by their own pace, of waiting ones by that of their claim, or else the mean of all that is known. */
  const left = (): string => {
    const pace = ([, { share, began, startedMs }]: [Trial, Progress]): number | null =>
      share > began ? (performance.now() - startedMs) / (share - began) : null;
    for (const [trial, progress] of open()) {
      const whole = pace([trial, progress]);
      if (whole !== null) tookMs.set(trial.claim.id, whole);
    }
    if (tookMs.size === 0) return "";
    const mean = [...tookMs.values()].reduce((sum, each) => sum + each, 0) / tookMs.size;
    const wholeOf = ({ claim }: Trial): number => tookMs.get(claim.id) ?? mean;
    const waiting = trials.filter((trial) => !complete.has(trial) && !under.has(trial));
    const missing =
      open().reduce((sum, [trial, { share }]) => sum + (1 - share) * wholeOf(trial), 0) +
      waiting.reduce((sum, trial) => sum + wholeOf(trial), 0);
    return missing <= 0 ? "" : `, ${duration(missing / Math.max(1, open().length))} left`;
  };

  const liveLine = (): string => {
    const parts = open().map(([trial, { share }]) => `${name(trial)} ${Math.floor(share * 100)} %`);
    return `${complete.size} of ${trials.length} trials done; ${parts.join("; ")}${left()}`;
  };

  const follow = (trial: Trial, event: TrialEvent): void => {
    if (event.kind === "member") parts.set(trial, event);
    const ofMember = shareIn(event);
    if (ofMember === null) return;
    const { member, members } = parts.get(trial) ?? whole;
    const share = (member - 1 + ofMember) / members;
    const progress = under.get(trial);
    if (progress) progress.share = share;
    else under.set(trial, { share, began: share, startedMs: performance.now() });
  };

  return {
    onEvent: (trial, event) => {
      follow(trial, event);
      if (event.kind === "done") {
        const was = under.has(trial) ? "" : " (by an earlier run)";
        complete.add(trial);
        clear();
        stream.write(`${name(trial)}: done${was}${left()}\n`);
      } else if (event.kind === "epoch" && !live) {
        const { epoch, train } = event.record;
        const errors = `training error ${((1 - train.accuracy) * 100).toFixed(2)} %`;
        const { member, members } = parts.get(trial) ?? whole;
        const of = members > 1 ? `member ${member}, ` : "";
        stream.write(`${name(trial)}: ${of}epoch ${epoch}/${event.epochs}, ${errors}${left()}\n`);
      }
      if (live && event.kind !== "done") {
        clear();
        stream.write([...liveLine()].slice(0, (stream.columns || 80) - 1).join(""));
      }
    },
    clear,
    end: clear,
  };
};
