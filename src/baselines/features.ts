// What a linear read-out sees of an image: rows of numbers that end with a constant 1. The simplest are the pixels.
import type { DataSet } from "../data/data-set.ts";

export interface Features {
  /** Numbers of an image, the constant included. */
  readonly width: number;
  /** Multiply-adds to compute them for one image. */
  readonly work: number;
  /** Writes those of the images with these indices into (images, width). At most BLOCK at a time. */
  write(set: DataSet, images: Int32Array, into: Float32Array): void;
}

/** The pixels of image `image`, 0 (background) … 1 (full ink), into `into` from `at` on. */
export const writePixels = (set: DataSet, image: number, into: Float32Array, at: number): void => {
  const { images, rows, columns } = set;
  const pixels = rows * columns;
  for (let i = 0, from = image * pixels; i < pixels; i++) into[at + i] = images[from + i]! / 255;
};

/** The pixels of several images, one image a row. */
export const writeRows = (set: DataSet, images: Int32Array, into: Float32Array): void => {
  for (let i = 0; i < images.length; i++) writePixels(set, images[i]!, into, i * set.rows * set.columns);
};

/** The pixels and the constant. */
export const pixelFeatures = ({ rows, columns }: DataSet): Features => {
  const width = rows * columns + 1;
  return {
    width,
    work: 0,
    write: (set, images, into) => {
      for (let i = 0; i < images.length; i++) {
        writePixels(set, images[i]!, into, i * width);
        into[(i + 1) * width - 1] = 1;
      }
    },
  };
};

/** 0 … count-1. */
export const allOf = ({ count }: DataSet): Int32Array => Int32Array.from({ length: count }, (_, i) => i);

/** The indices of the images of each class, in their order. */
export const byClass = (set: DataSet): Int32Array[] => {
  const all = allOf(set);
  return Array.from({ length: set.classes }, (_, label) => all.filter((image) => set.labels[image] === label));
};

/** Calls `visit` with `most` images at a time, waiting for each. */
export const inBlocks = async (
  images: Int32Array,
  most: number,
  visit: (block: Int32Array, first: number) => Promise<void> | void,
): Promise<void> => {
  for (let first = 0; first < images.length; first += most) await visit(images.subarray(first, first + most), first);
};
