// How a net begins: every tensor has its own stream of randomness, so that adding a layer moves no other's weights.
import type { InitialSpec } from "../nets/net.ts";
import { stream } from "../random.ts";
import type { Floats } from "../shape.ts";
import type { Arena } from "./arena.ts";
import type { Description, TensorPlace } from "./describe.ts";
import { tensorView } from "./tensors.ts";

/**
 * Writes the initial weights and statistics: uniform in ±scale / fanᵖᵒʷᵉʳ as the net says, from the stream
 * `init/<tensor>` of `seed`; a tensor without fan-in, and biases that are not random, at its `start`, a connection that does not exist at zero.
 */
export const initialise = (description: Description, seed: number, arena: Arena): void => {
  for (const place of description.tensors) {
    const values = tensorView(arena, place);
    if (place.fanIn === 0 || (place.kind === "bias" && description.net.initial.biases === "zero"))
      values.fill(place.start);
    else scatter(place, description.net.initial, seed, values);
    for (const [from, to] of place.absent) values.fill(0, from, to);
  }
};

const scatter = (
  { name, fanIn, fanOut = 0, shape, size }: TensorPlace,
  initial: InitialSpec,
  seed: number,
  values: Floats,
): void => {
  const random = stream(seed, `init/${name}`);
  const row = size / shape[0]!;
  for (let i = 0; i < size; i++) {
    const inputs = typeof fanIn === "number" ? fanIn : fanIn[Math.floor(i / row)]!;
    const fan = initial.fan === "mean" ? (inputs + fanOut) / 2 : inputs;
    values[i] = (2 * random.unit() - 1) * rangeOf(initial, fan);
  }
};

/** The square root, unlike other powers, has the same bits on every machine. */
const rangeOf = ({ scale, power }: InitialSpec, fan: number): number =>
  scale / (power === 0.5 ? Math.sqrt(fan) : fan ** power);
