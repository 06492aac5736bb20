// What every layer makes of the digit: its feature maps, its units, and the codes that outputs are compared with.

import type { LayerView } from "../../src/lab/model/look.ts";
import { formatShape, size } from "../../src/shape.ts";
import { Grid } from "./grid.tsx";
import type { Answer, Reader } from "./model.ts";
import { mixed, type Palette } from "./palette.ts";

interface Props {
  readonly reader: Reader;
  readonly answer: Answer | null;
  readonly palette: Palette;
}

export const Layers = ({ reader, answer, palette }: Props) => {
  const { layers } = reader;
  return (
    <ol class="layers">
      {layers.map((layer, index) => {
        const { name, what, shape, codes } = layer;
        const next = layers[index + 1];
        const last = index === layers.length - 1;
        return (
          <li key={name}>
            <div class="about">
              <h3>{name}</h3>
              <p>{what}</p>
              <p>{inWords(layer)}</p>
            </div>
            {codes && isDrawn(codes) ? (
              <Codes {...{ reader, answer, palette, codes }} />
            ) : last && reader.data.net.committee === undefined ? (
              <Outputs {...{ reader, answer }} />
            ) : shape.rows * shape.columns > 1 ? (
              <Maps {...{ layer, answer, palette }} />
            ) : (
              <Units {...{ layer, answer, palette }} drawn={next?.codes != null && isDrawn(next.codes)} />
            )}
          </li>
        );
      })}
    </ol>
  );
};

const inWords = ({ shape: { maps, rows, columns } }: LayerView): string =>
  rows * columns > 1 ? `${maps} ${maps === 1 ? "map" : "maps"} of ${rows}×${columns}` : `${maps} units`;

/** Rows and columns of the codes of 1998, which are drawings of the digits. */
const BITMAP = [12, 7] as const;

const isDrawn = (codes: NonNullable<LayerView["codes"]>): boolean => codes[0]!.length === BITMAP[0] * BITMAP[1];

/** About how wide a map is on the page, in pixels: few of them have more room. */
const widthOf = (maps: number): number => (maps <= 8 ? 84 : 46);

/** The colours of a layer, on its own scale: the furthest value from zero is the strongest. */
const scaleOf = ({ values, shape }: LayerView, palette: Palette, answer: Answer | null) => {
  let furthest = 1e-6;
  for (let i = 0; i < size(shape); i++) furthest = Math.max(furthest, Math.abs(values[i]!));
  return (value: number) => mixed(palette, answer ? value / furthest : 0);
};

const Maps = ({ layer, answer, palette }: Omit<Props, "reader"> & { readonly layer: LayerView }) => {
  const { name, shape, values } = layer;
  const { maps, rows, columns } = shape;
  const colour = scaleOf(layer, palette, answer);
  return (
    <div class="maps" role="img" aria-label={`${name}: ${formatShape(shape)} feature maps`}>
      {Array.from({ length: maps }, (_, map) => (
        <Grid
          key={map}
          values={values.subarray(map * rows * columns, (map + 1) * rows * columns)}
          cell={Math.max(1, Math.round(widthOf(maps) / columns))}
          drawn={answer}
          {...{ rows, columns, colour }}
        />
      ))}
    </div>
  );
};

/** Units as cells of one picture; `drawn`: in the form of the codes that they are compared with. */
const Units = ({ layer, answer, palette, drawn }: Omit<Props, "reader"> & { layer: LayerView; drawn: boolean }) => {
  const units = layer.shape.maps;
  const columns = drawn ? BITMAP[1] : columnsFor(units);
  const rows = drawn ? BITMAP[0] : Math.ceil(units / columns);
  return (
    <div class="maps">
      <Grid
        values={layer.values.subarray(0, units)}
        cell={units > 200 ? 9 : 12}
        colour={scaleOf(layer, palette, answer)}
        label={`${layer.name}: ${units} units`}
        drawn={answer}
        {...{ rows, columns }}
      />
    </div>
  );
};

/** Of a picture about twice as wide as high, with a last row that is full where that can be. */
const columnsFor = (units: number): number => {
  const least = Math.min(units, Math.max(10, Math.ceil(Math.sqrt(2 * units))));
  for (let columns = least; columns < 1.6 * least; columns++) if (units % columns === 0) return columns;
  return least;
};

/** The codes of the classes, each with its distance. */
const Codes = ({ reader, answer, palette, codes }: Props & { readonly codes: NonNullable<LayerView["codes"]> }) => {
  const colour = (value: number) => mixed(palette, value);
  return (
    <ul class="units">
      {codes.map((code, digit) => (
        <li key={reader.data.classes[digit]} class={answer?.label === digit ? "winner" : ""}>
          <Grid values={code} rows={BITMAP[0]} columns={BITMAP[1]} cell={5} colour={colour} drawn={palette} />
          <span>
            <b>{reader.data.classes[digit]}</b> {written(answer?.outputs[digit])}
          </span>
        </li>
      ))}
    </ul>
  );
};

const Outputs = ({ reader, answer }: Omit<Props, "palette">) => (
  <ul class="units">
    {reader.data.classes.map((name, index) => (
      <li key={name} class={answer?.label === index ? "winner" : ""}>
        <span>
          <b>{name}</b> {written(answer?.outputs[index])}
        </span>
      </li>
    ))}
  </ul>
);

/** An output in few figures, with a minus and not a hyphen. */
const written = (value: number | undefined): string =>
  value === undefined ? "–" : value.toFixed(Math.abs(value) < 10 ? 2 : 1).replace("-", "−");
