// What was drawn: lines of points on a square of 280 units, and how they become a picture. Pure but for the canvas it draws on.
import { type GreyImage, luminance, overWhite } from "../../src/data/grey.ts";

/** Side of the square that is drawn on. */
export const SIDE = 280;
/** Width of the pen: of a digit as tall as most are drawn, about as much as in MNIST. */
const PEN = 20;

export interface Point {
  readonly x: number;
  readonly y: number;
}

export type Stroke = readonly Point[];

/** Draws the strokes; the context is scaled to a square of 280 units. */
export const drawStrokes = (context: CanvasRenderingContext2D, strokes: readonly Stroke[], colour: string): void => {
  context.strokeStyle = colour;
  context.fillStyle = colour;
  context.lineWidth = PEN;
  context.lineCap = "round";
  context.lineJoin = "round";
  for (const stroke of strokes) {
    const [first, ...others] = stroke;
    if (!first) continue;
    context.beginPath();
    if (others.length === 0) {
      context.arc(first.x, first.y, PEN / 2, 0, 2 * Math.PI);
      context.fill();
      continue;
    }
    context.moveTo(first.x, first.y);
    // Curves through the middles between points, bent by the points: no corners where the pointer was asked.
    for (const [index, point] of others.entries()) {
      const next = others[index + 1];
      if (next) context.quadraticCurveTo(point.x, point.y, (point.x + next.x) / 2, (point.y + next.y) / 2);
      else context.lineTo(point.x, point.y);
    }
    context.stroke();
  }
};

/** Side of the picture that strokes become, in pixels: some six to each that a net sees, and read in a few milliseconds. */
const PICTURE = 140;

let paper: CanvasRenderingContext2D | undefined;

/** The strokes as a picture, black on white. */
export const pictureOf = (strokes: readonly Stroke[]): GreyImage => {
  paper ??= canvasOf(PICTURE, PICTURE);
  const context = paper;
  context.setTransform(PICTURE / SIDE, 0, 0, PICTURE / SIDE, 0, 0);
  context.fillStyle = "#fff";
  context.fillRect(0, 0, SIDE, SIDE);
  drawStrokes(context, strokes, "#000");
  return greyOf(context, PICTURE, PICTURE);
};

/** More pixels than this are not read: it would take seconds. */
const MOST_PIXELS = 16e6;

/** A picture from a file, as `lenet predict` sees it. Rejects with a sentence where it is none. */
export const pictureFrom = async (file: Blob, name: string): Promise<GreyImage> => {
  const bitmap = await createImageBitmap(file, { colorSpaceConversion: "none" }).catch(() => {
    throw new Error(`${name}: expected a picture, got a file that this browser cannot read as one.`);
  });
  const { width, height } = bitmap;
  if (width * height > MOST_PIXELS)
    throw new Error(`${name}: expected at most 16 megapixels, got ${width}×${height}. Make it smaller.`);
  const context = canvasOf(width, height);
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return greyOf(context, width, height);
};

const canvasOf = (width: number, height: number): CanvasRenderingContext2D => {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  return canvas.getContext("2d", { willReadFrequently: true })!;
};

const greyOf = (context: CanvasRenderingContext2D, width: number, height: number): GreyImage => {
  const { data } = context.getImageData(0, 0, width, height);
  const grey = new Uint8Array(width * height);
  for (let i = 0; i < grey.length; i++) {
    const alpha = data[4 * i + 3]! / 255;
    grey[i] = overWhite(luminance(data[4 * i]!, data[4 * i + 1]!, data[4 * i + 2]!), alpha);
  }
  return { width, height, grey };
};
