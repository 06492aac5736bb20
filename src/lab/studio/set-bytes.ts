// A data set as bytes, to be handed from a program to a page: a safetensors file of images and labels.
import type { DataSet } from "../../data/data-set.ts";
import { decodeSafetensors, encodeSafetensors } from "../../formats/safetensors.ts";
import type { Ink } from "../../shape.ts";
import { tensorNamed } from "../run/tensors.ts";

export const encodeSet = ({ images, labels, ...set }: DataSet): Uint8Array =>
  encodeSafetensors(
    new Map([
      ["images", { shape: [set.count, set.rows, set.columns], data: images }],
      ["labels", { shape: [set.count], data: labels }],
    ]),
    { set: JSON.stringify(set) },
  );

/** The set that `encodeSet` wrote. Throws LenetError. */
export const decodeSet = (bytes: Uint8Array, place: string): DataSet => {
  const { tensors, metadata } = decodeSafetensors(bytes, place);
  const set = JSON.parse(metadata["set"] ?? "{}") as Omit<DataSet, "images" | "labels">;
  const images = tensorNamed(tensors, "images", [set.count, set.rows, set.columns], place).data as Ink;
  const labels = tensorNamed(tensors, "labels", [set.count], place).data as Uint8Array;
  return { ...set, images, labels };
};
