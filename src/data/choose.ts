// Which pieces of ink are the digit of a picture, or the digits of a sheet: not the specks, not the lines of a box, not the edge
// of the table; but the bar of a 5 belongs to it. Pure.
import type { Grid } from "./grid.ts";
import { around, type Box, bottom, gap, inside, longer, type Piece, right } from "./pieces.ts";

/** Pieces that make one digit. */
export type Group = readonly Piece[];

/** Of a piece's box: within this share of its sides a frame has its lines. */
const BAND = 0.08;
/** Of each side of a frame that ink must lie along. */
const COVERED = 0.9;
/** Beside the main piece: with this share of its ink, and nearer than this share of its size, a piece belongs to it … */
const PART = { ink: 0.08, near: 0.2 };
/** … or with little ink, when it is as near as a gap in a stroke. */
const FRAGMENT = { ink: 0.01, near: 0.05 };
/** Digits of a sheet are at least this share of the usual height, and specks at most this share. */
const TALL = 0.5;
const SPECK = 0.2;
/** Parts of one digit of a sheet lie above each other, nearer than this share of the usual height … */
const ABOVE = 0.3;
/** … or beside, nearer than this, where one has little ink; and together they are no taller than this. */
const BESIDE = 0.15;
const TALLEST = 1.5;

export const boxOf = (group: Group): Box => around(group.map(({ box }) => box));
export const massOf = (group: Group): number => group.reduce((sum, { mass }) => sum + mass, 0);

/** Whether lines of the piece go along all four sides of its box: a frame or a table, not a digit. */
const isFrame = ({ box, pixels }: Piece, { width }: Grid): boolean => {
  const band = Math.max(2, Math.round(longer(box) * BAND));
  const [top, low, left, last] = [0, 0, 0, 0].map((_, side) => new Uint8Array(side < 2 ? box.width : box.height));
  for (const at of pixels) {
    const y = Math.floor(at / width);
    const x = at - y * width;
    if (y < box.top + band) top![x - box.left] = 1;
    if (y >= bottom(box) - band) low![x - box.left] = 1;
    if (x < box.left + band) left![y - box.top] = 1;
    if (x >= right(box) - band) last![y - box.top] = 1;
  }
  const sides = [top!, low!, left!, last!];
  const isLine = (side: Uint8Array): boolean => side.reduce((a, b) => a + b, 0) > COVERED * side.length;
  return (
    pixels.length < box.width * box.height * 0.5 && Math.min(box.width, box.height) > 2 * band && sides.every(isLine)
  );
};

/** Whether the piece comes in from outside the picture, along more than a corner of it. */
const isFromOutside = ({ box }: Piece, { width, height }: Grid): boolean => {
  const touches = [box.left === 0, box.top === 0, right(box) === width, bottom(box) === height];
  const across = box.width >= COVERED * width || box.height >= COVERED * height;
  return touches.filter(Boolean).length >= 2 || (touches.includes(true) && across);
};

/** Whether the piece is a line that something is written on. */
const isRuling = ({ box }: Piece, { width }: Grid): boolean => box.width > 12 * box.height && box.width > 0.4 * width;

/**
 * The pieces that may be digits: those that do not come in from outside, unless the others have next to no ink, and are no
 * frame. There is at least one, and the first has the most ink, as of `pieces`.
 */
export const digitLike = (pieces: readonly Piece[], grid: Grid): readonly Piece[] => {
  const isMuch = (some: readonly Piece[], share: number): boolean => (some[0]?.mass ?? 0) > share * pieces[0]!.mass;
  const inner = pieces.filter((piece) => !isFromOutside(piece, grid) && !isRuling(piece, grid));
  const candidates = isMuch(inner, 0.1) ? inner : pieces;
  const free = candidates.filter((piece) => !isFrame(piece, grid));
  // The lines of a table have many times the ink of a digit in it.
  return isMuch(free, 0.01) ? free : candidates;
};

/** The pieces of the one digit of a picture: the piece with the most ink, and its parts. `pieces` has at least one. */
export const chooseDigit = (pieces: readonly Piece[], grid: Grid): Group => {
  const [main, ...others] = digitLike(pieces, grid);
  const size = longer(main!.box);
  const chosen = [main!];
  for (const piece of others) {
    const near = Math.min(...chosen.map(({ box }) => gap(box, piece.box)));
    const ink = piece.mass / main!.mass;
    const isPart = ink > PART.ink && near < PART.near * size;
    const isFragment = ink > FRAGMENT.ink && near <= Math.max(2, FRAGMENT.near * size);
    if (isPart || isFragment) chosen.push(piece);
  }
  return chosen;
};

/** Whether two groups are parts of one digit, on a sheet whose digits are `usual` pixels tall. */
const belong = (a: Group, b: Group, usual: number): boolean => {
  const [one, two] = [boxOf(a), boxOf(b)];
  const both = around([one, two]);
  if (both.height > TALLEST * usual) return false;
  const shared = Math.min(right(one), right(two)) - Math.max(one.left, two.left);
  const isAbove = shared >= 0.5 * Math.min(one.width, two.width);
  const [less, more] = [massOf(a), massOf(b)].sort((x, y) => x - y);
  const distance = gap(one, two);
  return (isAbove && distance < ABOVE * usual) || (less! < 0.35 * more! && distance < BESIDE * usual);
};

/** Joins what belongs together until nothing more does. */
const joined = (pieces: readonly Piece[], usual: number): Group[] => {
  const groups: Group[] = [];
  for (const piece of pieces) {
    let group: Group = [piece];
    for (let other = groups.findIndex((one) => belong(one, group, usual)); other >= 0; ) {
      group = [...groups.splice(other, 1)[0]!, ...group];
      other = groups.findIndex((one) => belong(one, group, usual));
    }
    groups.push(group);
  }
  return groups;
};

/** Lines of digits from top to bottom, each from left to right: a digit whose middle lies beside a line belongs to it. */
const inLines = (groups: readonly Group[]): Group[][] => {
  const lines: { box: Box; groups: Group[] }[] = [];
  for (const group of [...groups].sort((a, b) => boxOf(a).top - boxOf(b).top)) {
    const box = boxOf(group);
    const middle = box.top + box.height / 2;
    const line = lines.find((one) => middle >= one.box.top && middle <= bottom(one.box));
    if (line) line.groups.push(group);
    else lines.push({ box, groups: [group] });
  }
  return lines.map((line) => line.groups.sort((a, b) => boxOf(a).left - boxOf(b).left));
};

/** The digits of a sheet, line by line. `pieces` has at least one. */
export const chooseDigits = (pieces: readonly Piece[], grid: Grid): Group[][] => {
  const like = digitLike(pieces, grid);
  const heights = like.map(({ box }) => box.height).sort((a, b) => a - b);
  const tall = heights.filter((height) => height > SPECK * heights.at(-1)!);
  const usual = tall[Math.floor(0.7 * tall.length)]!;
  const large = like.filter(({ box }) => longer(box) > SPECK * usual);
  const groups = joined(large, usual).filter((group) => boxOf(group).height >= TALL * usual);
  return inLines(groups.length > 0 ? groups : [chooseDigit(pieces, grid)]);
};

/** Whether there are clearly several: of like height, none with much less ink than the others, and none around another. */
export const areSeveral = (lines: readonly (readonly Group[])[]): boolean => {
  const groups = lines.flat();
  const masses = groups.map(massOf);
  const heights = groups.map((group) => boxOf(group).height);
  const boxes = groups.map(boxOf);
  const isAround = boxes.some((outer) => boxes.some((inner) => inner !== outer && inside(inner, outer)));
  return (
    groups.length > 1 &&
    Math.min(...masses) > 0.15 * Math.max(...masses) &&
    Math.min(...heights) > 0.6 * Math.max(...heights) &&
    !isAround
  );
};
