// A disk that is soon full: a file system of a few kilobytes, where mounting one is allowed.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface SmallDisk {
  readonly path: string;
  /** Gives it another size, such as 8m. */
  resize(size: string): void;
  remove(): void;
}

const mount = (path: string, options: string): boolean =>
  spawnSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", path]).status === 0;

/** A disk of `size`, such as 64k; undefined where none can be made. */
export const smallDisk = (size: string): SmallDisk | undefined => {
  const path = mkdtempSync(join(tmpdir(), "lenet-disk-"));
  const mounted = mount(path, `size=${size}`);
  const remove = (): void => {
    if (mounted) spawnSync("umount", [path]);
    rmSync(path, { recursive: true });
  };
  if (!mounted) return void remove();
  return {
    path,
    resize: (larger) => {
      if (!mount(path, `remount,size=${larger}`)) throw new Error(`${path} could not be resized`);
    },
    remove,
  };
};
