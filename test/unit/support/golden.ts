// The golden files (test/fixtures/golden/README.md): their tensors, the digits they were made from, and how far we are from them.
import { readFileSync } from "node:fs";
import { type DataSet, limit } from "../../../src/data/data-set.ts";
import { loadData } from "../../../src/data/registry.ts";
import { tensorView } from "../../../src/engine/tensors.ts";
import { decodeSafetensors } from "../../../src/formats/safetensors.ts";
import type { Floats } from "../../../src/shape.ts";
import type { Rig } from "./rig.ts";

/** A file's tensors, by name. */
export type Golden = (name: string) => Floats | Uint8Array;

export const goldenUrl = (file: string): URL => new URL(`../../fixtures/golden/${file}.safetensors`, import.meta.url);

export const golden = (file: string): Golden => {
  const { tensors } = decodeSafetensors(readFileSync(goldenUrl(file)), file);
  return (name) => tensors.get(name)!.data as Floats | Uint8Array;
};

/** The first `count` training images of MNIST, or of another set. */
export const digits = async (count: number, data = "mnist"): Promise<DataSet> =>
  limit(await loadData(data, "train"), count);

/** The largest difference of two tensors, relative to the largest magnitude of the one that is right. */
export const difference = (got: ArrayLike<number>, wanted: ArrayLike<number>): number => {
  let [largest, furthest] = [0, 0];
  for (let i = 0; i < wanted.length; i++) {
    largest = Math.max(largest, Math.abs(wanted[i]!));
    furthest = Math.max(furthest, Math.abs(got[i]! - wanted[i]!));
  }
  return got.length === wanted.length ? furthest / largest : Number.NaN;
};

/** Puts the golden weights and the digits into an arena, in file order. */
export const load = (
  { description, arena }: Pick<Rig, "description" | "arena">,
  file: Golden,
  { images, labels }: DataSet,
): void => {
  for (const place of description.tensors) tensorView(arena, place).set(file(place.name));
  arena.bytesOrFloats("pixels").set(images);
  arena.bytes("labels").set(labels);
  arena.ints("order").forEach((_, position, order) => {
    order[position] = position;
  });
};
