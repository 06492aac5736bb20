// That two trainings never write into one run folder: a file there says which process is at work. One that a killed process left
// behind is taken over.
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LenetError } from "../../errors.ts";
import { writeTrouble } from "../../files.ts";

const NAME = "at-work";

/** Whether there is a process of this number. */
const lives = (process_: number): boolean => {
  try {
    return process.kill(process_, 0);
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === "EPERM";
  }
};

const claim = (path: string): boolean => {
  try {
    writeFileSync(path, `${process.pid}\n`, { flag: "wx" });
    return true;
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw writeTrouble(thrown, path, "try again");
  }
};

/** Whether a living process is at work in the run folder. */
export const isOccupied = (dir: string): boolean => {
  try {
    return lives(Number(readFileSync(join(dir, NAME), "utf8")));
  } catch {
    return false;
  }
};

/** Whether a process was at work in the folder that lives no more. */
export const isAbandoned = (dir: string): boolean => existsSync(join(dir, NAME)) && !isOccupied(dir);

/** Takes the run folder for this training; the result gives it back. Throws LenetError when another training has it. */
export const occupy = (dir: string): (() => void) => {
  const path = join(dir, NAME);
  const release = (): void => rmSync(path, { force: true });
  if (claim(path)) return release;
  const owner = Number(readFileSync(path, "utf8"));
  if (Number.isInteger(owner) && owner > 0 && lives(owner))
    throw new LenetError(
      `${dir}: expected a run that nobody is training, got one that process ${owner} is at work on. Wait for its end; or, if that process is another program, remove ${path}.`,
    );
  release();
  claim(path);
  return release;
};
