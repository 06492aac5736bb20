// What people see of a training: on a terminal one live line, redrawn in place, and a finished line an epoch; elsewhere the
// finished lines alone. Turns events into text; knows nothing of how they came about.

import { thousands } from "../src/lab/table.ts";
import type {
  EpochEvent,
  LogEvent,
  PatternsEvent,
  ProgressEvent,
  StartEvent,
  TrainEvent,
} from "../src/lab/training/events.ts";
import type { ScheduleSpec } from "../src/optimisers/schedule.ts";
import { type Colours, duration, percent } from "./output.ts";

const BAR = 20;

/** Writes each event to `stream` as people want to see it. */
export const showEvents = (stream: NodeJS.WriteStream, colours: Colours): ((event: TrainEvent) => void) => {
  const live = stream.isTTY === true;
  const clear = live ? "\r\x1b[K" : "";
  return (event) => {
    if (event.kind === "member")
      stream.write(`${clear}\n${colours.bold(`Member ${event.member} of ${event.members}`)}\n`);
    if (event.kind === "patterns") {
      if (live) stream.write(`${clear}${cut(patternsLine(event), stream.columns)}`);
      if (event.kept === event.wanted) stream.write(`${live ? "" : patternsLine(event)}\n`);
    }
    if (event.kind === "start") stream.write(`${startText(event, colours)}\n`);
    if (event.kind === "epoch") stream.write(`${clear}${epochLine(event, colours)}\n`);
    if (event.kind === "log") stream.write(`${clear}${logLine(event)}\n`);
    if (event.kind === "stopped") stream.write(clear);
    if (event.kind === "progress" && live) stream.write(`${clear}${cut(progressLine(event), stream.columns)}`);
  };
};

/** A line that is wider than the terminal could not be redrawn in place. */
const cut = (line: string, columns: number | undefined): string => [...line].slice(0, (columns || 80) - 1).join("");

const startText = (
  { net, settings, images, parameters, threads, folder, position }: StartEvent,
  colours: Colours,
): string => {
  const { optimiser, batch, seed, data } = settings;
  const facts = [
    `${thousands(parameters)} parameters`,
    `${optimiser.kind}, ${scheduleText(settings.schedule)}`,
    `batch ${batch}`,
    `seed ${seed}`,
    `${threads} thread${threads === 1 ? "" : "s"}`,
  ];
  const counts = `${thousands(images.train)} to learn from, ${thousands(images.validation)} for validation, ${thousands(images.test)} to test`;
  const where = position.step > 0 ? [`going on after epoch ${position.epoch}, image ${thousands(position.image)}`] : [];
  return [
    `${colours.bold(net)}  ${facts.join(" · ")}`,
    `${data ?? "images"}: ${counts}`,
    ...(folder === null ? [] : [`${folder}`]),
    ...where,
    "",
  ].join("\n");
};

/** A schedule in a few words. */
export const scheduleText = (schedule: ScheduleSpec): string => {
  if (schedule.kind === "staged") return schedule.stages.map(({ epochs, rate }) => `${epochs} × ${rate}`).join(", ");
  return schedule.kind === "constant" ? `rate ${schedule.rate}` : `${schedule.kind} up to rate ${schedule.rate}`;
};

const epochOf = (epoch: number, epochs: number): string => `epoch ${`${epoch}`.padStart(`${epochs}`.length)}/${epochs}`;

const progressLine = (event: ProgressEvent): string => {
  const { epoch, epochs, step, steps, loss, accuracy, imagesPerSecond, remainingMs } = event;
  const full = Math.floor((step / steps) * BAR);
  const bar = "━".repeat(full) + "─".repeat(BAR - full);
  const speed = `${thousands(Math.round(imagesPerSecond))} images/s`;
  return `${epochOf(epoch, epochs)}  ${bar}  loss ${loss.toFixed(4)}  ${percent(accuracy)}  ${speed}  ${duration(remainingMs)} left`;
};

const patternsLine = ({ kept, wanted, drawn }: PatternsEvent): string =>
  `patterns: ${thousands(kept)} of ${thousands(wanted)} found among ${thousands(drawn)} distorted images`;

/** `[0.0005, 1,   100] loss: 2.145`: the rate, the epoch of its stage, the steps of the epoch. */
const logLine = ({ rate, stageEpoch, step, loss }: LogEvent): string =>
  `[${rate}, ${stageEpoch}, ${`${step}`.padStart(5)}] loss: ${loss.toFixed(3)}`;

const epochLine = ({ epochs, record, best }: EpochEvent, colours: Colours): string => {
  const { epoch, train, validation, imagesPerSecond, elapsedMs } = record;
  const apart = validation
    ? `  validation ${percent(validation.accuracy)}, ${`${validation.misses}`.padStart(`${validation.images}`.length - 1)} misses ${best ? colours.green("★") : " "}`
    : "";
  const speed = colours.dim(`  ${thousands(Math.round(imagesPerSecond))} images/s  ${duration(elapsedMs)}`);
  return `${epochOf(epoch, epochs)}  loss ${train.loss.toFixed(4)}  train ${percent(train.accuracy)}${apart}${speed}`;
};
