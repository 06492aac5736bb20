// Takes a picture of ink: of what size and in which colours, from where, in what light, how sharp, how grainy; and writes it as
// PNG, JPEG or WebP.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import encodeWebp, { init } from "@jsquash/webp/encode.js";
import { encode as encodeJpeg } from "jpeg-js";
import { encodePng } from "../../dist/src/data/image.js";
import { RASTER } from "./draw.mjs";

/** Samples a pixel, each way. */
const SAMPLES = 3;

/** Ink at a place of the raster, between its pixels. */
const inkAt = (raster, x, y) => {
  const { width, height } = RASTER;
  const [left, top] = [Math.floor(x), Math.floor(y)];
  if (left < 0 || top < 0 || left >= width - 1 || top >= height - 1) return 0;
  const [u, v] = [x - left, y - top];
  const at = top * width + left;
  return (
    (raster[at] * (1 - u) + raster[at + 1] * u) * (1 - v) +
    (raster[at + width] * (1 - u) + raster[at + width + 1] * u) * v
  );
};

/** Coverage (height, width): the raster turned, leaning, seen from the side, its box `share` of the height. */
const coverage = (raster, { width, height, share, x = 0.5, y = 0.5, turn = 0, lean = 0, tilt = [0, 0] }) => {
  const scale = RASTER.boxHeight / (share * height);
  const [sin, cos] = [Math.sin((turn * Math.PI) / 180), Math.cos((turn * Math.PI) / 180)];
  const out = new Float32Array(width * height);
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++) {
      let sum = 0;
      for (let s = 0; s < SAMPLES * SAMPLES; s++) {
        const dx = column + ((s % SAMPLES) + 0.5) / SAMPLES - x * width;
        const dy = row + (Math.floor(s / SAMPLES) + 0.5) / SAMPLES - y * height;
        const near = 1 + (tilt[0] * dx + tilt[1] * dy) / height;
        const [px, py] = [(dx * scale) / near, (dy * scale) / near];
        const [rx, ry] = [cos * px + sin * py, cos * py - sin * px];
        sum += inkAt(raster, rx + lean * ry + RASTER.width / 2, ry + RASTER.height / 2);
      }
      out[row * width + column] = sum / (SAMPLES * SAMPLES);
    }
  return out;
};

/** The mean of a square around each pixel, across and down, twice: a lens out of focus. */
const blurred = (image, width, height, radius) => {
  const pass = (from, step, length, lines, stride) => {
    const to = new Float32Array(from.length);
    for (let line = 0; line < lines; line++)
      for (let i = 0; i < length; i++) {
        let sum = 0;
        for (let d = -radius; d <= radius; d++)
          sum += from[line * stride + Math.min(Math.max(i + d, 0), length - 1) * step];
        to[line * stride + i * step] = sum / (2 * radius + 1);
      }
    return to;
  };
  let result = image;
  for (let round = 0; round < 2; round++) result = pass(pass(result, 1, width, height, width), width, height, width, 1);
  return result;
};

/** How much light falls on a place (0…1, 0…1): evenly, less and less to one side, or a shadow with an edge. */
const lights = {
  even: () => () => 1,
  slope: (depth, angle) => (x, y) => 1 - depth * (0.5 + (x - 0.5) * Math.cos(angle) + (y - 0.5) * Math.sin(angle)),
  edge: (depth, angle) => (x, y) => {
    const side = (x - 0.55) * Math.cos(angle) + (y - 0.55) * Math.sin(angle);
    return 1 - depth / (1 + Math.exp(-side * 18));
  },
  lamp: (depth) => (x, y) => 1 - depth * Math.min(1, 1.6 * ((x - 0.35) ** 2 + (y - 0.4) ** 2)),
};

/** RGBA of the picture. `paper` and `ink` are colours of three numbers. */
const expose = (raster, look, random) => {
  const { width, height, paper, ink, light = ["even"], blur = 0, noise = 0, specks = 0, fibre = 0 } = look;
  const [kind, ...how] = light;
  const lit = lights[kind](...how);
  const covered = coverage(raster, look);
  for (let n = 0; n < specks; n++) {
    const [x, y, size] = [random.integer(width), random.integer(height), 1 + random.integer(3)];
    for (let i = 0; i < size * size; i++) {
      const at = (y + Math.floor(i / size)) * width + x + (i % size);
      if (at < covered.length) covered[at] = Math.max(covered[at], 0.8);
    }
  }
  const grain = Float32Array.from({ length: width * height }, () => random.unit() - 0.5);
  const rough = fibre > 0 ? blurred(grain, width, height, 3) : grain;
  const soft = blur > 0 ? blurred(covered, width, height, blur) : covered;
  const rgba = new Uint8ClampedArray(4 * width * height);
  for (let i = 0; i < width * height; i++) {
    const shine = lit((i % width) / width, Math.floor(i / width) / height) * (1 + fibre * 8 * rough[i]);
    const shake = noise * (random.unit() + random.unit() + random.unit() - 1.5);
    for (let c = 0; c < 3; c++) rgba[4 * i + c] = (paper[c] + (ink[c] - paper[c]) * soft[i]) * shine + shake;
    rgba[4 * i + 3] = 255;
  }
  return rgba;
};

let webpReady;
const toWebp = async (rgba, width, height, quality) => {
  const wasm = createRequire(import.meta.url).resolve("@jsquash/webp/codec/enc/webp_enc_simd.wasm");
  webpReady ??= init(await WebAssembly.compile(readFileSync(wasm)));
  await webpReady;
  return new Uint8Array(await encodeWebp({ data: rgba, width, height }, { quality }));
};

/** The bytes of the picture's file. */
export const photograph = async (raster, look, random) => {
  const { width, height, format, quality = 80 } = look;
  const rgba = expose(raster, look, random);
  if (format === "jpg") return encodeJpeg({ data: rgba, width, height }, quality).data;
  if (format === "webp") return toWebp(rgba, width, height, quality);
  const grey = Uint8Array.from({ length: width * height }, (_, i) =>
    Math.round(0.299 * rgba[4 * i] + 0.587 * rgba[4 * i + 1] + 0.114 * rgba[4 * i + 2]),
  );
  return encodePng(grey, width, height);
};
