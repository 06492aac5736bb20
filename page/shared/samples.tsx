// Test images to try the net with, one a class: a click, or the keyboard, is enough.
import { useCallback } from "preact/hooks";

import { Grid } from "./grid.tsx";
import type { Reader } from "./model.ts";
import type { Palette, Rgb } from "./palette.ts";

interface Props {
  readonly reader: Reader;
  readonly palette: Palette;
  /** The one that is read now. */
  readonly sample: number | null;
  readonly onChoose: (index: number) => void;
}

export const Samples = ({ reader, palette, sample, onChoose }: Props) => {
  const { rows, columns } = reader.data.net.image;
  const colour = useCallback((value: number): Rgb => palette.inked[Math.round(value)]!, [palette]);
  return (
    <section aria-labelledby="samples">
      <h2 id="samples">Or take one it has never seen</h2>
      <div class="samples">
        {reader.samples.map(({ label, pixels }, index) => (
          <button
            type="button"
            key={label}
            aria-pressed={sample === index}
            aria-label={`A test image of ${reader.data.classes[label]}`}
            onClick={() => onChoose(index)}
          >
            <Grid values={pixels} cell={Math.round(48 / columns)} drawn={palette} {...{ rows, columns, colour }} />
          </button>
        ))}
      </div>
    </section>
  );
};
