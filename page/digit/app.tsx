// The page of one model in one file.
import { thousands } from "../../src/lab/table.ts";
import type { Reader } from "../shared/model.ts";
import { Reading } from "../shared/reading.tsx";

export const App = ({ reader }: { readonly reader: Reader }) => (
  <>
    <header>
      <p class="kind">LeNet, in one file</p>
      <h1>{reader.summary.title}</h1>
      <p class="lead">
        Draw a digit: {thousands(reader.summary.total.parameters)} learned numbers read it as you draw, in this page
        alone. Nothing leaves your machine.
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
