// Makes pictures of digits that have nothing to do with MNIST: drawn as with a mouse, set in fonts, photographed on paper in bad
// light. The same pictures on every machine with the same fonts. npm run --silent build first; then
//   node scripts/digit-pictures.mjs DIR            the 40 of test/fixtures/digits
//   node scripts/digit-pictures.mjs DIR tune 200   others, by other hands, in other fonts, of another seed: to tune with
import { mkdirSync, writeFileSync } from "node:fs";
import { stream } from "../dist/src/random.js";
import { drawn, typed } from "./digit-pictures/draw.mjs";
import { hands, otherHands } from "./digit-pictures/hands.mjs";
import { photograph } from "./digit-pictures/photo.mjs";

const [dir, which = "test", many = "40"] = process.argv.slice(2);
if (dir === undefined || !["test", "tune"].includes(which) || !(Number(many) > 0)) {
  console.error("digit-pictures: expected a folder to write to, then test or tune and a number: DIR tune 200.");
  process.exit(2);
}
const isTest = which === "test";

const fonts = isTest
  ? [
      'font-family="DejaVu Serif"',
      'font-family="DejaVu Sans" font-weight="bold"',
      'font-family="DejaVu Sans Mono" font-style="oblique"',
      'font-family="DejaVu Serif Condensed" font-style="italic"',
    ]
  : [
      'font-family="DejaVu Sans"',
      'font-family="DejaVu Sans Condensed" font-weight="bold"',
      'font-family="DejaVu Serif" font-weight="bold"',
      'font-family="DejaVu Sans Mono"',
      'font-family="DejaVu Sans Condensed" font-style="oblique"',
    ];

const colours = [
  [
    [250, 250, 250],
    [10, 10, 10],
  ],
  [
    [238, 232, 214],
    [30, 40, 110],
  ],
  [
    [215, 218, 220],
    [90, 90, 95],
  ],
  [
    [245, 240, 235],
    [170, 40, 40],
  ],
];

/** How the picture of this number looks; a mouse draws cleanly, a camera sees paper and light. */
const lookOf = (number, random) => {
  const pick = (list) => list[random.integer(list.length)];
  const between = (low, high) => low + (high - low) * random.unit();
  const camera = number % 2 === 1;
  const light = pick([
    ["even"],
    ["slope", between(0.3, 0.7), between(0, 6.28)],
    ["edge", between(0.3, 0.55), between(0, 6.28)],
    ["lamp", between(0.4, 0.7)],
  ]);
  const height = camera ? pick([240, 320, 360, 480]) : pick([24, 40, 64, 100, 160, 280]);
  const [paper, ink] = camera
    ? pick(colours)
    : [
        [255, 255, 255],
        [0, 0, 0],
      ];
  const light_on_dark = random.integer(3) === 0;
  const plain = {
    height,
    width: Math.round(height * pick(camera ? [1, 4 / 3, 3 / 4] : [1, 1, 1.4, 0.8])),
    paper: light_on_dark ? ink : paper,
    ink: light_on_dark ? paper : ink,
    share: camera ? between(0.3, 0.7) : between(0.55, 0.85),
    turn: between(-7, 7),
    lean: between(-0.05, 0.25),
  };
  if (!camera) return { ...plain, format: pick(["png", "png", "webp"]), quality: 90 };
  return {
    ...plain,
    x: between(0.4, 0.6),
    y: between(0.42, 0.58),
    tilt: [between(-0.3, 0.3), between(-0.3, 0.3)],
    light,
    blur: pick([0, 1, 1, 2]),
    noise: between(2, 16),
    fibre: pick([0, 0.03, 0.06]),
    specks: pick([0, 0, 6, 20]),
    format: pick(["jpg", "jpg", "webp"]),
    quality: pick([50, 75, 90]),
  };
};

/** By a hand, or in a font. */
const inkOf = (digit, number, random) => {
  if (number % 4 === 2 || (number % 4 === 3 && digit % 2 === 1))
    return typed(`${digit}`, fonts[random.integer(fonts.length)]);
  const all = Object.values(isTest ? hands : otherHands);
  const pen = 4 + 16 * random.unit() ** 1.5;
  return drawn(all[random.integer(all.length)][digit], { pen, jitter: 5, random });
};

mkdirSync(dir, { recursive: true });
for (let index = 0; index < Number(many); index++) {
  const digit = index % 10;
  const number = Math.floor(index / 10);
  const random = stream(isTest ? 40 : 7, `picture/${which}/${index}`);
  const look = lookOf(number, random);
  const bytes = await photograph(inkOf(digit, number, random), look, random);
  writeFileSync(`${dir}/${digit}-${String(number + 1).padStart(isTest ? 1 : 2, "0")}.${look.format}`, bytes);
}
