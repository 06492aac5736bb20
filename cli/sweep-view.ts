// What people see of a sweep: on a terminal a table that is redrawn in place (how far it is, what is under way, the best cells
// so far), elsewhere a line for each thing that happens.
import { stripVTControlCharacters } from "node:util";
import { valuesText } from "../src/lab/sweep/answer/results.ts";
import { bestValue, compareValues } from "../src/lab/sweep/file/metric.ts";
import { type Sweep, variedValues } from "../src/lab/sweep/file/sweep.ts";
import { cellName } from "../src/lab/sweep/trials/cell-name.ts";
import { type Trial, trialName } from "../src/lab/sweep/trials/journal.ts";
import type { SweepEvent } from "../src/lab/sweep/trials/run.ts";
import { alignedTable } from "../src/lab/table.ts";
import { type Colours, duration, percent } from "./output.ts";

export interface SweepView {
  onEvent(event: SweepEvent): void;
  /** Leaves the terminal clean. */
  end(): void;
}

/** Cells that the live table shows. */
const SHOWN = 5;
const REDRAW_MS = 250;

interface Row {
  readonly trial: Trial;
  readonly epochs: number;
  /** Where the round under way leaves it. */
  readonly until: number;
  /** Epochs that were there when this run took it up. */
  began: number;
  reached: number;
  state: "running" | "done" | "paused" | "failed" | "stopped";
  value: number | undefined;
}

/** A metric's value as people read it. */
export const valueText = ({ metric }: Pick<Sweep, "metric">, value: number | undefined): string => {
  if (value === undefined) return "–";
  return metric.of === "loss" ? value.toFixed(4) : percent(value);
};

/** Shows a sweep on `stream`. */
export const showSweep = (stream: NodeJS.WriteStream, sweep: Sweep, colours: Colours): SweepView => {
  const live = stream.isTTY === true;
  const rows = new Map<string, Row>();
  const values = new Map<number, string>();
  const planned = { trials: 0, epochs: 0 };
  const startedMs = performance.now();
  let drawn = 0;
  let drawnMs = 0;

  const count = (state: Row["state"]): number => [...rows.values()].filter((row) => row.state === state).length;
  const left = (): string => {
    const learned = [...rows.values()].reduce((sum, { reached, began }) => sum + reached - began, 0);
    // A failure leaves out what it has not reached.
    const settled = [...rows.values()].reduce(
      (sum, row) => sum + (row.state === "failed" ? row.until : row.reached),
      0,
    );
    if (learned < 0.05 || planned.epochs <= settled) return "";
    return `, ${duration(((performance.now() - startedMs) / learned) * (planned.epochs - settled))} left`;
  };

  const ranked = (): { cell: number; value: number; seeds: number }[] =>
    [...values.keys()]
      .flatMap((cell) => {
        const found = [...rows.values()].filter(
          (row) => row.trial.cell === cell && row.state !== "failed" && row.value !== undefined,
        );
        if (found.length === 0) return [];
        return [{ cell, value: found.reduce((sum, row) => sum + row.value!, 0) / found.length, seeds: found.length }];
      })
      .sort((a, b) => compareValues(sweep.metric, a.value, b.value));

  const summary = (): string => {
    const states = (["done", "running", "failed", "stopped"] as const)
      .map((state) => [count(state), state] as const)
      .filter(([number, state]) => number > 0 || state === "done")
      .map(([number, state]) => (state === "failed" ? colours.red(`${number} failed`) : `${number} ${state}`));
    return `${colours.bold(`${planned.trials} trials`)}: ${states.join(", ")}${left()}`;
  };

  const table = (): string[] => {
    const running = [...rows.values()]
      .filter(({ state }) => state === "running")
      .map(({ trial, reached, epochs, value }) => [
        `  ${cellName(trial.cell)}`,
        `seed ${trial.seed}`,
        `epoch ${Math.min(epochs, Math.floor(reached) + 1)}/${epochs}`,
        valueText(sweep, value),
        values.get(trial.cell)!,
      ]);
    const best = ranked()
      .slice(0, SHOWN)
      .map(({ cell, value, seeds }) => [
        `  ${cellName(cell)}`,
        `${seeds} of ${sweep.seeds.length} seeds`,
        "",
        valueText(sweep, value),
        values.get(cell)!,
      ]);
    const heading = best.length > 0 ? [["best so far", "", "", sweep.metric.name, ""]] : [];
    return [
      summary(),
      ...alignedTable([
        ...(running.length > 0 ? [["running", "", "", "", ""]] : []),
        ...running,
        ...heading,
        ...best,
      ]).split("\n"),
    ];
  };

  const clear = (): void => {
    if (drawn > 0) stream.write(`\u001b[${drawn}A\r\u001b[J`);
    drawn = 0;
  };
  const draw = (): void => {
    drawnMs = performance.now();
    clear();
    const width = (stream.columns || 80) - 1;
    const lines = table().slice(0, Math.max(2, (stream.rows || 24) - 1));
    // A line wider than the terminal could not be taken away again.
    stream.write(
      `${lines.map((line) => (stripVTControlCharacters(line).length > width ? [...stripVTControlCharacters(line)].slice(0, width).join("") : line)).join("\n")}\n`,
    );
    drawn = lines.length;
  };
  /** A line that stays. */
  const tell = (line: string): void => {
    clear();
    stream.write(`${line}\n`);
    if (live) draw();
  };

  const rowOf = (trial: Trial): Row => rows.get(trialName(trial))!;
  const said = (trial: Trial): string => `${cellName(trial.cell)}, seed ${trial.seed}`;

  const onEvent = (event: SweepEvent): void => {
    if (event.kind === "cells") {
      planned.trials += event.trials;
      planned.epochs += event.epochs;
    } else if (event.kind === "known") {
      const { trial, state, epochs, until, reached, value } = event;
      values.set(trial.cell, valuesText(variedValues(sweep, event.values)));
      rows.set(trialName(trial), { trial, epochs, until, began: reached, reached, state, value });
    } else if (event.kind === "start") {
      const { trial, training, until } = event;
      const before = rows.get(trialName(trial));
      values.set(trial.cell, valuesText(variedValues(sweep, event.values)));
      const reached = before?.reached ?? 0;
      rows.set(trialName(trial), {
        trial,
        epochs: training.settings.epochs,
        until,
        began: before?.began ?? reached,
        reached,
        state: "running",
        value: before?.value,
      });
    } else if (event.kind === "task") follow(event.trial, event.event);
    else if (event.kind === "halved") {
      for (const row of rows.values())
        if (event.stopped.includes(row.trial.cell) && row.state === "paused") row.state = "stopped";
      if (event.stopped.length > 0 && event.fresh)
        tell(`after epoch ${event.epochs}, stopped: ${event.stopped.map(cellName).join(", ")}`);
    } else {
      const row = rowOf(event.trial);
      row.state = event.end.kind === "interrupted" ? "paused" : event.end.kind;
      row.value = event.value;
      if (event.end.kind === "failed") tell(`${said(event.trial)}: ${colours.red("failed")}, ${event.end.reason}`);
      if (event.end.kind === "done")
        tell(
          `${said(event.trial)}: ${sweep.metric.name} ${valueText(sweep, event.value)}  ${colours.dim(values.get(event.trial.cell)!)}${live ? "" : ` (${count("done")} of ${planned.trials}${left()})`}`,
        );
    }
    if (live && performance.now() - drawnMs > REDRAW_MS) draw();
  };

  const follow = (trial: Trial, event: Extract<SweepEvent, { kind: "task" }>["event"]): void => {
    const row = rowOf(trial);
    if (event.kind === "share") row.reached = Math.max(row.reached, event.share * row.epochs);
    else {
      row.reached = event.record.epoch;
      const { validation, train } = event.record;
      const value = bestValue(sweep.metric, [event.record]);
      if (compareValues(sweep.metric, value, row.value) < 0) row.value = value;
      if (!live)
        tell(
          `${said(trial)}: epoch ${event.record.epoch}/${row.epochs}, train ${percent(train.accuracy)}${validation ? `, validation ${percent(validation.accuracy)}` : ""}`,
        );
    }
  };

  return { onEvent, end: clear };
};
