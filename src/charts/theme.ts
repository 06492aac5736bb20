// Colours by what they are for, each for light and for dark paper. A chart names a colour as a CSS variable with its light value as
// fallback: a page that sets the variables shows both modes, and a figure in a file of its own is right without any.

/** [light, dark]. Words and lines have a contrast of at least 4.5 : 1 with their paper (charts.test.ts measures it). */
export const colours = {
  paper: ["#ffffff", "#12171d"],
  raised: ["#f5f7fa", "#1a212a"],
  ink: ["#16202b", "#e6ebf0"],
  soft: ["#525f6c", "#a3b0bd"],
  rule: ["#d5dce4", "#303b47"],
  accent: ["#1659a8", "#7db5ff"],
  good: ["#17703f", "#62d39b"],
  bad: ["#b3261e", "#ff9087"],
  heat: ["#0b4a8f", "#7db5ff"],
  above: ["#0b4a8f", "#7db5ff"],
  below: ["#b3400a", "#ff9d5c"],
  /** Words on cells that are filled a little, to the middle, and more: each the one of black and white that stands out. */
  dim: ["#000000", "#ffffff"],
  middle: ["#000000", "#000000"],
  full: ["#ffffff", "#000000"],
  /** Behind a figure; a page makes it clear. */
  ground: ["#ffffff", "#12171d"],
  series1: ["#1659a8", "#7db5ff"],
  series2: ["#b3400a", "#ff9d5c"],
  series3: ["#17703f", "#62d39b"],
  series4: ["#7040b5", "#bba1ff"],
  series5: ["#b02370", "#ff8fc4"],
  series6: ["#0b6b75", "#55d0da"],
  series7: ["#7d5010", "#dcab62"],
  series8: ["#525f6c", "#a3b0bd"],
  series9: ["#4b5320", "#c3cf7a"],
  series10: ["#8a1c4a", "#f0a0a0"],
} as const satisfies Record<string, readonly [light: string, dark: string]>;

export type Colour = keyof typeof colours;

/** The colour as a value for an attribute of SVG or a CSS property. */
export const colour = (name: Colour): string => `var(--${name}, ${colours[name][0]})`;

const SERIES = 10;

/** The colour of the series of this number, from 0; they begin again after ten. */
export const seriesColour = (index: number): string => colour(`series${(index % SERIES) + 1}` as Colour);

/** Of words on a cell that is filled to this share, 0…1 with the colour "heat", below 0 to -1 with "below". */
export const onFill = (share: number): string => {
  const [dim, middle] = share < 0 ? [0.575, 0.85] : [0.575, 0.72];
  const filled = Math.abs(share);
  return colour(filled <= 0.3 ? "ink" : filled <= dim ? "dim" : filled <= middle ? "middle" : "full");
};

/** The variables of one mode as declarations of CSS. */
export const variables = (mode: "light" | "dark"): string =>
  Object.entries(colours)
    .map(([name, [light, dark]]) => `--${name}:${name === "ground" ? "transparent" : mode === "light" ? light : dark}`)
    .join(";");

/** The same text for programs that know no CSS: every colour said outright, and that pixels stay squares. */
export const concrete = (text: string): string =>
  text
    .replace(/var\(--[\w-]+, (#[0-9a-f]{6})\)/g, "$1")
    .replaceAll('style="image-rendering:pixelated"', 'image-rendering="optimizeSpeed"');
