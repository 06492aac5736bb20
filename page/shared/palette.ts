// Colours of canvases, which know no CSS: those of the charts, in the mode the reader's system is in, and how a number becomes one.
import { useEffect, useState } from "preact/hooks";
import { type Colour, colours } from "../../src/charts/theme.ts";

export type Rgb = readonly [red: number, green: number, blue: number];

export interface Palette {
  readonly ink: Rgb;
  readonly above: Rgb;
  /** From the colour of below by way of paper to that of above, and from paper to ink: canvases are filled from these tables. */
  readonly signed: readonly Rgb[];
  readonly inked: readonly Rgb[];
}

/** Colours from one to the other, both included. */
const between = (from: Rgb, to: Rgb): Rgb[] =>
  Array.from({ length: 256 }, (_, step) => {
    const part = (i: 0 | 1 | 2): number => Math.round(from[i] + ((to[i] - from[i]) * step) / 255);
    return [part(0), part(1), part(2)];
  });

const dark = matchMedia("(prefers-color-scheme: dark)");

const rgb = (name: Colour): Rgb => {
  const hex = Number.parseInt(colours[name][dark.matches ? 1 : 0].slice(1), 16);
  return [hex >> 16, (hex >> 8) & 255, hex & 255];
};

const now = (): Palette => {
  const [paper, ink, above, below] = [rgb("paper"), rgb("ink"), rgb("above"), rgb("below")];
  return { ink, above, signed: [...between(below, paper), ...between(paper, above)], inked: between(paper, ink) };
};

/** The palette, also after the system has changed its mode. */
export const usePalette = (): Palette => {
  const [palette, setPalette] = useState(now);
  useEffect(() => {
    const change = (): void => setPalette(now());
    dark.addEventListener("change", change);
    return () => dark.removeEventListener("change", change);
  }, []);
  return palette;
};

/** A share of -1…1: paper at 0, the colours of above and below at the ends. */
export const mixed = ({ signed }: Palette, share: number): Rgb =>
  signed[share < 0 ? Math.max(0, Math.round(255 + 255 * share)) : Math.min(511, Math.round(256 + 255 * share))]!;
