// The weights of a net's first layer, as pictures that change while it learns.
import { Grid } from "../shared/grid.tsx";
import type { Reader } from "../shared/model.ts";
import { mixed, type Palette } from "../shared/palette.ts";

interface Props {
  readonly reader: Reader;
  readonly palette: Palette;
  readonly learned: number;
}

/** More of them than this say nothing new. */
const MOST = 40;

export const Kernels = ({ reader, palette, learned }: Props) => {
  const found = [...reader.weights].find(([name]) => name.endsWith(".weight"));
  if (!found) return null;
  const [name, { shape }] = found;
  const data = found[1].data as Float32Array;
  const { rows, columns, padding } = reader.data.net.image;
  // A unit of a dense layer sees the whole image in its frame.
  const whole = [rows + 2 * padding, columns + 2 * padding] as const;
  const [height, width] = shape.length === 4 ? [shape[2]!, shape[3]!] : whole;
  const area = height * width;
  const count = Math.min(MOST, data.length / area);
  const furthest = data.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-6);
  const colour = (value: number) => mixed(palette, value / furthest);
  const kind = shape.length === 4 ? "kernels" : "weights of its units";
  return (
    <section aria-labelledby="kernels">
      <h2 id="kernels">What {name.replace(/\.weight$/, "")} has learned</h2>
      <p class="help">
        Its {kind}, {height}×{width} each, as they are now
      </p>
      <div class="maps" role="img" aria-label={`${count} ${kind} of ${height}×${width}`}>
        {Array.from({ length: count }, (_, index) => (
          <Grid
            key={index}
            values={data.subarray(index * area, (index + 1) * area)}
            rows={height}
            columns={width}
            cell={Math.max(2, Math.round(64 / width))}
            colour={colour}
            drawn={learned}
          />
        ))}
      </div>
    </section>
  );
};
