// Images as a training would distort them, to be looked at. By the reference kernels: what is seen is what the words mean.
import type { DataSet } from "../data/data-set.ts";
import { drawUnits, fillMap, MAP_UNITS } from "../engine/distort.ts";
import { fieldFloats, openField } from "../engine/elastic.ts";
import type { AffineMap } from "../kernels/contract.ts";
import { reference } from "../kernels/reference/index.ts";
import { streamKey } from "../random.ts";
import { distortionOf } from "./settings/distortions.ts";

/** The images of `set`, each distorted once, as step `step` of seed `seed` might. Throws LenetError for no such distortion. */
export const distorted = (set: DataSet, distort: number | string, seed: number, step = 0): DataSet => {
  const spec = distortionOf(distort);
  if (!spec) return set;
  const { rows, columns, count } = set;
  const geometry = { rows, columns, padding: 0, scale: 1, offset: 0, paddingValue: 0 };
  const memory = new Float32Array(spec.elastic ? fieldFloats(spec.elastic, rows, columns) : 0);
  const field = spec.elastic ? openField(spec.elastic, rows, columns, memory, reference) : null;
  const units = new Float64Array(MAP_UNITS);
  const map: AffineMap = { xx: 1, xy: 0, x0: 0, yx: 0, yy: 1, y0: 0 };
  const [key, fieldKey] = [streamKey(seed, "distort"), streamKey(seed, "distort/field")];
  const images = new Float32Array(count * rows * columns);
  for (let index = 0; index < count; index++) {
    drawUnits(key, step, index, units);
    fillMap(spec, units, map);
    field?.draw(fieldKey, step, index);
    reference.distort(geometry, map, field?.values ?? null, set.images, index, images, index, images);
  }
  return { ...set, images };
};
