// The journal of a sweep: what was decided and what came to its end, a line each, only ever added to. Every line reaches the
// disk before anybody acts on it, so that a kill at any moment loses at most the line that was being written.
import { closeSync, existsSync, fsyncSync, openSync, truncateSync, writeSync } from "node:fs";
import { join } from "node:path";
import { readBytes, writeTrouble } from "../../../files.ts";
import type { Value } from "../search/domain.ts";
import { parseAs } from "./parse-as.ts";

/** One seed of one cell; cells are numbered from 1. */
export interface Trial {
  readonly cell: number;
  readonly seed: number;
}

export type Line =
  /** A generation was chosen. */
  | { readonly kind: "cells"; readonly cells: readonly { readonly cell: number; readonly values: readonly Value[] }[] }
  /** After so many epochs, cells of the generation (from 0) were compared, and these stopped. */
  | {
      readonly kind: "halved";
      readonly generation: number;
      readonly epochs: number;
      readonly stopped: readonly number[];
    }
  | (Trial & { readonly kind: "done"; readonly at: string })
  | (Trial & { readonly kind: "failed"; readonly reason: string; readonly at: string })
  /** Nothing is left to try. */
  | { readonly kind: "complete"; readonly at: string };

export interface Journal {
  add(line: Line): void;
  close(): void;
}

/** Where the journal of a sweep is. */
export const journalPath = (dir: string): string => join(dir, "journal.jsonl");

/** Opens the journal of `dir` to add to it; a line that a kill has cut off is taken away. Throws LenetError. */
export const openJournal = (dir: string): Journal => {
  const path = journalPath(dir);
  let file: number;
  try {
    if (existsSync(path)) truncateSync(path, wholeLines(readBytes(path, "the journal of a sweep")));
    file = openSync(path, "a");
  } catch (thrown) {
    throw writeTrouble(thrown, path, "try again");
  }
  return {
    add: (line) => {
      try {
        writeSync(file, `${JSON.stringify(line)}\n`);
        fsyncSync(file);
      } catch (thrown) {
        throw writeTrouble(thrown, path, `go on with --resume ${dir}`);
      }
    },
    close: () => closeSync(file),
  };
};

/** Bytes up to the end of the last complete line. */
const wholeLines = (bytes: Uint8Array): number => bytes.lastIndexOf(10) + 1;

/** The complete lines of the journal; none where there is no journal yet. Throws LenetError. */
export const readJournal = (dir: string): Line[] => {
  const path = journalPath(dir);
  if (!existsSync(path)) return [];
  const bytes = readBytes(path, "the journal of a sweep");
  const text = new TextDecoder().decode(bytes.subarray(0, wholeLines(bytes)));
  return text
    .split("\n")
    .slice(0, -1)
    .map((line, index) => parseAs(line, `${path}, line ${index + 1}`, "what a sweep notes, as JSON", isLine));
};

const isLine = (value: unknown): value is Line => {
  const { kind, cell, seed, reason, cells, generation, epochs, stopped } = Object(value);
  const areNumbers = (...values: unknown[]): boolean => values.every(Number.isInteger);
  if (kind === "done") return areNumbers(cell, seed);
  if (kind === "failed") return areNumbers(cell, seed) && typeof reason === "string";
  if (kind === "halved") return Array.isArray(stopped) && areNumbers(generation, epochs, ...stopped);
  if (kind === "cells")
    return Array.isArray(cells) && cells.every((one) => areNumbers(one?.cell) && Array.isArray(one.values));
  return kind === "complete";
};

/** What a journal says, taken together. */
export interface State {
  /** By number, from cell 1. */
  readonly cells: (readonly Value[])[];
  /** The numbers of the cells of each generation. */
  readonly generations: number[][];
  /** Cells that were stopped, by generation and epochs: `0/3`. */
  readonly halved: Map<string, readonly number[]>;
  readonly done: Set<string>;
  readonly failed: Map<string, string>;
  complete: boolean;
}

export const trialName = ({ cell, seed }: Trial): string => `${`${cell}`.padStart(3, "0")}-seed-${seed}`;

/** Where the runs of a sweep are. */
export const trialsFolder = (dir: string): string => join(dir, "trials");

/** The folder of a trial's run. */
export const trialFolder = (dir: string, trial: Trial): string => join(trialsFolder(dir), trialName(trial));

/** Takes one line more into account. A trial that was done twice is done; one that is done has not failed. */
export const follow = (state: State, line: Line): void => {
  if (line.kind === "cells") {
    for (const { cell, values } of line.cells) state.cells[cell - 1] = values;
    state.generations.push(line.cells.map(({ cell }) => cell));
  } else if (line.kind === "halved") state.halved.set(`${line.generation}/${line.epochs}`, line.stopped);
  else if (line.kind === "complete") state.complete = true;
  else if (line.kind === "done") {
    state.done.add(trialName(line));
    state.failed.delete(trialName(line));
  } else if (!state.done.has(trialName(line))) state.failed.set(trialName(line), line.reason);
};

export const stateOf = (lines: readonly Line[]): State => {
  const state: State = {
    cells: [],
    generations: [],
    halved: new Map(),
    done: new Set(),
    failed: new Map(),
    complete: false,
  };
  for (const line of lines) follow(state, line);
  return state;
};
