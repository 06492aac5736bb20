// Colours of canvases, which know no CSS: those of the charts, in the mode the reader's system is in, and how a number becomes one.
import { useEffect, useState } from "preact/hooks";
import { type Colour, colours } from "../../src/charts/theme.ts";

export type Rgb = readonly [red: number, green: number, blue: number];

export interface Palette {
  readonly paper: Rgb;
  readonly ink: Rgb;
  readonly above: Rgb;
  readonly below: Rgb;
}

const dark = matchMedia("(prefers-color-scheme: dark)");

const rgb = (name: Colour): Rgb => {
  const hex = Number.parseInt(colours[name][dark.matches ? 1 : 0].slice(1), 16);
  return [hex >> 16, (hex >> 8) & 255, hex & 255];
};

const now = (): Palette => ({ paper: rgb("paper"), ink: rgb("ink"), above: rgb("above"), below: rgb("below") });

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
export const mixed = ({ paper, above, below }: Palette, share: number): Rgb => {
  const end = share < 0 ? below : above;
  const part = Math.min(1, Math.abs(share));
  return [0, 1, 2].map((i) => Math.round(paper[i]! + (end[i]! - paper[i]!) * part)) as unknown as Rgb;
};
