// Own pictures for tests: upright and lying lines, of mixed sizes, in a sub-folder a class.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { encodePng } from "../../../src/data/image.ts";

/** Writes a file, and the folders it lies in. */
export const put = (root: string, name: string, content: Uint8Array | string): void => {
  mkdirSync(dirname(join(root, name)), { recursive: true });
  writeFileSync(join(root, name), content);
};

/** A PNG of a dark line, upright or lying. */
export const lines = (upright: boolean, width: number, height: number): Uint8Array =>
  encodePng(
    Uint8Array.from({ length: width * height }, (_, i) => {
      const [at, of] = upright ? [i % width, width] : [Math.floor(i / width), height];
      const across = upright ? Math.floor(i / width) / height : (i % width) / width;
      return Math.abs(at / of - 0.5) < 0.08 && Math.abs(across - 0.5) < 0.3 ? 20 : 235;
    }),
    width,
    height,
  );

/** Pictures of two classes under `folder`, so many of each. */
export const putClasses = (root: string, folder: string, each: number): void => {
  for (let i = 0; i < each; i++) {
    put(root, `${folder}/standing/${i}.png`, lines(true, 20 + 7 * i, 30 + 3 * i));
    put(root, `${folder}/lying/${i}.PNG`, lines(false, 40 - i, 25 + 5 * i));
  }
};
