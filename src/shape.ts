// The shape of what flows between layers: feature maps of rows × columns. A dense layer's units are maps of 1×1.

/** `maps` feature maps of `rows` × `columns` units each; all at least 1. */
export interface Shape {
  readonly maps: number;
  readonly rows: number;
  readonly columns: number;
}

/** Number of units. */
export const size = ({ maps, rows, columns }: Shape): number => maps * rows * columns;

/** `6@28×28`, as the papers write it, or `84` for a layer of single units. */
export const formatShape = ({ maps, rows, columns }: Shape): string =>
  rows === 1 && columns === 1 ? `${maps}` : `${maps}@${rows}×${columns}`;

/** Number of elements of a tensor with these dimensions. */
export const elements = (dimensions: readonly number[]): number => dimensions.reduce((a, b) => a * b, 1);

/** Ink of stored images, 0 (background) … 255 (full ink) a pixel: bytes, or floats where it is fractional. */
export type Ink = Uint8Array | Float32Array;

/** The floats a kernel works on: float32 in training, float64 where a check needs the precision. */
export type Floats = Float32Array | Float64Array;

/** How many classes a net may tell apart: at most every character that ASCII prints. */
export const [LEAST_CLASSES, MOST_CLASSES] = [2, 95] as const;
