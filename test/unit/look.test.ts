// Looking into a net: every layer's numbers are its own, and those that lead to the answer.
import { expect, it } from "vitest";
import { load, netNamed } from "../../src/index.ts";
import { openLook } from "../../src/lab/model/look.ts";
import { summarise } from "../../src/lab/summary.ts";
import { size } from "../../src/shape.ts";
import { digitsFor, random } from "./support/models.ts";

it.each([
  "lenet5",
  "lenet5-1998",
  "zipcode1989",
  "ablation:activation=tanh,dropout=0.5",
  "mlp:hidden=12,second=11,side=20",
])("%s: a line of the summary each, and at the end the outputs.", async (name) => {
  const model = random(netNamed(name));
  const { layers, at } = openLook(model);
  const digit = await digitsFor(model.net, 1);
  at(digit);
  const { lines } = summarise(model.net);
  expect(layers.map(({ name, what, shape }) => [name, what, shape])).toEqual(
    lines.map(({ name, what, output }) => [name, what, output]),
  );
  for (const { name, shape, values } of layers) {
    expect([name, values.length]).toEqual([name, size(shape)]);
    expect([name, values.some((value) => value !== 0)]).toEqual([name, true]);
  }
  expect([...layers.at(-1)!.values]).toEqual([...model.outputs(digit)]);
});

it("shows a layer after its activation: S2 of LeNet-5 is the tanh of averages of what C1 shows.", async () => {
  const model = load("lenet5");
  const { layers, at } = openLook(model);
  at(await digitsFor(model.net, 1));
  const [c1, s2] = [layers[0]!.values, layers[1]!.values];
  for (let map = 0; map < 6; map++)
    for (let y = 0; y < 14; y++)
      for (let x = 0; x < 14; x++) {
        const corner = map * 784 + 2 * y * 28 + 2 * x;
        const mean = (c1[corner]! + c1[corner + 1]! + c1[corner + 28]! + c1[corner + 29]!) / 4;
        expect(s2[map * 196 + y * 14 + x]).toBeCloseTo(Math.tanh(mean), 5);
      }
});

it("gives the codes of a layer of distances, and looks at the first member of a committee.", async () => {
  expect(openLook(random(netNamed("lenet5-1998"))).layers.at(-1)!.codes).toHaveLength(10);
  const committee = random(netNamed("boosted-lenet4"));
  const digit = await digitsFor(committee.net, 1);
  const { layers, at } = openLook(committee);
  at(digit);
  expect([...layers.at(-1)!.values]).toEqual([...committee.members![0]!.outputs(digit)]);
});
