// A compact tensor of a convolution (layers/conv.ts) and what other tools keep instead: all maps joined to all.
import type { LayerSpec } from "../../layers/index.ts";
import type { Floats } from "../../shape.ts";

type ConvSpec = Extract<LayerSpec, { kind: "conv" }>;

/** Puts compact weights into their places among all, (maps, inputMaps, field, field); connections that do not exist are zero. */
export const unfold = ({ from, field }: ConvSpec, inputMaps: number, held: Floats, all: Floats): void => {
  const area = field ** 2;
  all.fill(0);
  for (let map = 0, next = 0; map < from!.length; map++)
    for (let index = 0; index < from![map]!.length; index++) {
      const place = (map * inputMaps + from![map]![index]!) * area;
      for (let tap = 0; tap < area; tap++) all[place + tap] = held[next++]!;
    }
};

/** The opposite: takes the numbers of the connections that exist. */
export const fold = ({ from, field }: ConvSpec, inputMaps: number, all: Floats, compact: Floats): void => {
  const area = field ** 2;
  for (let map = 0, next = 0; map < from!.length; map++)
    for (let index = 0; index < from![map]!.length; index++) {
      const place = (map * inputMaps + from![map]![index]!) * area;
      for (let tap = 0; tap < area; tap++) compact[next++] = all[place + tap]!;
    }
};
