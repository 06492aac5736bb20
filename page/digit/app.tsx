// The page of one model in one file.
import { thousands } from "../../src/lab/table.ts";
import type { Reader } from "../shared/model.ts";
import { Reading } from "../shared/reading.tsx";

/** Names that are listed; more are counted. */
const LISTED = 6;

/** What the net was taught to tell apart, as something to draw. */
const subject = (classes: readonly string[]): string => {
  if (classes.length === 10 && classes.every((name, label) => name === `${label}`)) return "a digit";
  if (classes.length > LISTED) return `something of its ${classes.length} classes`;
  return `${classes.slice(0, -1).join(", ")} or ${classes.at(-1)}`;
};

export const App = ({ reader }: { readonly reader: Reader }) => (
  <>
    <header>
      <p class="kind">LeNet, in one file</p>
      <h1>{reader.summary.title}</h1>
      <p class="lead">
        Draw {subject(reader.data.classes)}: {thousands(reader.summary.total.parameters)} learned numbers read it as you
        draw, in this page alone. Nothing leaves your machine.
      </p>
    </header>
    <main>
      <Reading reader={reader} />
    </main>
    <footer>
      <p>
        {reader.data.name}, written by LeNet {reader.data.version}: lenet export --to page
      </p>
    </footer>
  </>
);
