// Which way a camera was held, as it says in its pictures (JPEG and WebP alike), and how such a picture is put upright. Pure.
import type { GreyImage } from "./grey.ts";

/** The orientation (1…8; 1 is upright) in a block of Exif, which begins as a TIFF file; 1 where there is none. */
export const orientationIn = (body: Uint8Array): number => {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  if (body.length < 14) return 1;
  const little = view.getUint16(0) === 0x4949;
  const directory = view.getUint32(4, little);
  if (directory + 2 > body.length) return 1;
  for (let entry = directory + 2, left = view.getUint16(directory, little); left > 0; left--, entry += 12) {
    if (entry + 12 > body.length) return 1;
    if (view.getUint16(entry, little) === 0x0112) return view.getUint16(entry + 8, little);
  }
  return 1;
};

/** Turns the picture as Exif's `orientation` says, so that up is up. */
export const turn = (image: GreyImage, orientation: number): GreyImage => {
  if (orientation < 2 || orientation > 8) return image;
  const swapped = orientation >= 5;
  const width = swapped ? image.height : image.width;
  const height = swapped ? image.width : image.height;
  const flipX = [2, 3, 7, 8].includes(orientation);
  const flipY = [3, 4, 6, 7].includes(orientation);
  const grey = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [column, row] = swapped ? [y, x] : [x, y];
      const fromX = flipX ? image.width - 1 - column : column;
      const fromY = flipY ? image.height - 1 - row : row;
      grey[y * width + x] = image.grey[fromY * image.width + fromX];
    }
  }
  return { width, height, grey };
};
