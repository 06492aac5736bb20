// What people see of pictures being imported: how far it is once it takes a while, on a terminal as a line that is redrawn,
// elsewhere as one line; and at the end what had to be left out.
import type { ImportWatcher } from "../src/data/watch.ts";
import { thousands } from "../src/lab/table.ts";
import { duration, say } from "./output.ts";

/** Before it has taken so long nothing is said. */
const LATE_MS = 1_000;
/** Between two drawings of the line. */
const OFTEN_MS = 200;
/** Images left out that are named; the others are counted. */
const NAMED = 10;

/** Shows one import after the other on stderr. */
export const importView = (): ImportWatcher => {
  const live = process.stderr.isTTY === true;
  let [startedMs, drawnMs] = [0, 0];
  const clear = (): void => {
    if (live && drawnMs > 0) process.stderr.write("\r\x1b[K");
    [startedMs, drawnMs] = [0, 0];
  };
  return {
    image: (place, done, all) => {
      const now = performance.now();
      if (startedMs === 0) startedMs = now;
      const elapsed = now - startedMs;
      if (elapsed < LATE_MS || now - drawnMs < OFTEN_MS || (drawnMs > 0 && !live)) return;
      drawnMs = now;
      const left = all === null || done < 2 ? "" : `, ${duration((elapsed / done) * (all - done))} left`;
      const of = all === null ? "" : ` of ${thousands(all)}`;
      const line = `importing ${place}: ${thousands(done)}${of} images${left}`;
      if (live) process.stderr.write(`\r\x1b[K${[...line].slice(0, (process.stderr.columns || 80) - 1).join("")}`);
      else say(line);
    },
    end: (place, { classes, counts, troubles }, kept) => {
      clear();
      for (const { place: where, why } of troubles.slice(0, NAMED)) say(`left out ${where}: ${why}`);
      if (troubles.length > NAMED) say(`… and ${thousands(troubles.length - NAMED)} others`);
      const count = [...counts.train, ...counts.test].reduce((a, b) => a + b, 0);
      if (kept)
        say(
          `${place}: ${thousands(count)} pictures of ${classes.length} classes imported, ${thousands(troubles.length)} left out\n`,
        );
      else if (troubles.length > 0)
        say(`${thousands(troubles.length)} left out in all; --strict makes the first a mistake.`);
    },
  };
};
