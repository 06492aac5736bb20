// Digits as ink: drawn by a hand, or set in a font, as a raster of coverage 0…1 for photo.mjs to take a picture of.
import { Resvg } from "@resvg/resvg-js";

/** Pixels of the raster: the box of 100×140 of a hand, with a margin, three times as large. */
const ZOOM = 3;
const MARGIN = 30;
export const RASTER = { width: ZOOM * (100 + 2 * MARGIN), height: ZOOM * (140 + 2 * MARGIN), boxHeight: ZOOM * 140 };

/** Where Debian has its fonts. */
const FONTS = process.env.LENET_FONTS ?? "/usr/share/fonts/truetype/dejavu";

const raster = (inside) => {
  const { width, height } = RASTER;
  const box = `${-MARGIN} ${-MARGIN} ${width / ZOOM} ${height / ZOOM}`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="${box}"><rect x="-50" y="-50" width="300" height="300" fill="#000"/>${inside}</svg>`;
  const font = { loadSystemFonts: false, fontDirs: [FONTS] };
  const { pixels } = new Resvg(svg, { font }).render();
  return Float32Array.from({ length: width * height }, (_, i) => pixels[4 * i] / 255);
};

/** A curve through the points (Catmull-Rom), as the commands of an SVG path that is already at the first one. */
const curve = (points) =>
  points
    .slice(1)
    .map((to, i) => {
      const [from, before, after] = [points[i], points[i - 1] ?? points[i], points[i + 2] ?? to];
      const control = (at, a, b, sign) => [0, 1].map((axis) => at[axis] + (sign * (b[axis] - a[axis])) / 6);
      const [one, two] = [control(from, before, to, 1), control(to, from, after, -1)];
      return `C${[one, two, to].map((point) => point.map((value) => value.toFixed(2)).join()).join(" ")}`;
    })
    .join("");

const pathOf = (shape, move) =>
  shape
    .split("|")
    .map((line) => {
      const parts = line.split(";").map((part) =>
        part
          .trim()
          .split(" ")
          .map((pair) => move(pair.split(",").map(Number))),
      );
      const corners = parts.map((points, i) => (i === 0 ? points : [parts[i - 1].at(-1), ...points]));
      return `M${parts[0][0].map((value) => value.toFixed(2)).join()}${corners.map(curve).join("")}`;
    })
    .join("");

/** A digit as a hand draws it, its points moved by up to `jitter`, with a pen `pen` wide. */
export const drawn = (shape, { pen, jitter, random }) => {
  const move = (point) => point.map((value) => value + jitter * (random.unit() + random.unit() - 1));
  return raster(
    `<path d="${pathOf(shape, move)}" fill="none" stroke="#fff" stroke-width="${pen}" stroke-linecap="round" stroke-linejoin="round"/>`,
  );
};

/** A character in a font: `style` is the text of its SVG attributes. */
export const typed = (character, style) =>
  raster(
    `<text x="50" y="132" font-size="170" text-anchor="middle" fill="#fff" ${style}>${character.replace("&", "&amp;")}</text>`,
  );
