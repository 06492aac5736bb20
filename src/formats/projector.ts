// The files that TensorBoard's projector reads beside event files: a table of numbers, a table of words, pictures in one, and the text
// (protocol buffer as text, projector_config.proto) that says which belong together. Text and pixels out; knows no nets.

/** Rows as tab-separated values. What would end a cell or a row becomes a space. */
export const tsvOf = (rows: readonly (readonly (string | number)[])[]): string =>
  rows.map((row) => `${row.map((cell) => String(cell).replace(/[\t\r\n]/g, " ")).join("\t")}\n`).join("");

export interface Sprite {
  /** Grey, (height, width). */
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/**
 * Pictures of rows × columns pixels, one after the other, in a square of as many across as down, from the left upper corner line by
 * line: the projector finds them right in such a square alone.
 */
export const spriteOf = (images: ArrayLike<number>, count: number, rows: number, columns: number): Sprite => {
  const across = Math.max(1, Math.ceil(Math.sqrt(count)));
  const [width, height] = [across * columns, across * rows];
  const pixels = new Uint8Array(width * height);
  for (let n = 0; n < count; n++)
    for (let y = 0; y < rows; y++)
      for (let x = 0; x < columns; x++)
        pixels[(Math.floor(n / across) * rows + y) * width + (n % across) * columns + x] =
          images[(n * rows + y) * columns + x]!;
  return { pixels, width, height };
};

/** A table of numbers under a name, and the files that belong to it, seen from the folder of the configuration. */
export interface Embedding {
  readonly name: string;
  readonly shape: readonly [rows: number, columns: number];
  readonly tensor: string;
  readonly metadata: string;
  readonly sprite: string;
  /** Of one picture. */
  readonly picture: readonly [width: number, height: number];
}

/** What projector_config.pbtxt says of one table. */
export const projectorConfig = ({ name, shape, tensor, metadata, sprite, picture }: Embedding): string =>
  [
    "embeddings {",
    `  tensor_name: ${JSON.stringify(name)}`,
    ...shape.map((length) => `  tensor_shape: ${length}`),
    `  tensor_path: ${JSON.stringify(tensor)}`,
    `  metadata_path: ${JSON.stringify(metadata)}`,
    "  sprite {",
    `    image_path: ${JSON.stringify(sprite)}`,
    ...picture.map((length) => `    single_image_dim: ${length}`),
    "  }",
    "}",
    "",
  ].join("\n");
