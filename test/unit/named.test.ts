import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nameWith, type OptionRules, readOptions, splitName } from "../../src/named.ts";

const rules = {
  activation: { words: ["relu", "tanh"], meaning: "of every layer" },
  dropout: { least: 0, most: 0.9, usual: 0, meaning: "share" },
} as const satisfies OptionRules;

const units = { least: 1, most: 9, usual: 1, whole: true, meaning: "of a layer" } as const;

describe("names with options", () => {
  it("an option left out has its default, the first of its words or its usual number", () => {
    expect(readOptions("net", rules, "")).toEqual({ activation: "relu", dropout: 0 });
    expect(readOptions("net", rules, "dropout=0.5")).toEqual({ activation: "relu", dropout: 0.5 });
  });

  it("a name is parted from its options at the first colon", () => {
    expect(splitName("ablation:activation=tanh")).toEqual({ name: "ablation", options: "activation=tanh" });
    expect(splitName("lenet5")).toEqual({ name: "lenet5", options: "" });
  });

  it("the canonical name reads back as the same options and leaves defaults out", () => {
    const options = fc.record({
      activation: fc.constantFrom("relu" as const, "tanh" as const),
      dropout: fc.constantFrom(0, 0.1, 0.25, 0.9),
    });
    fc.assert(
      fc.property(options, (wanted) => {
        const text = nameWith("net", rules, wanted);
        expect(readOptions("net", rules, splitName(text).options)).toEqual(wanted);
        expect(text.includes("activation")).toBe(wanted.activation !== "relu");
      }),
      { seed: 1 },
    );
  });

  it.each([
    [
      "actvation=tanh",
      'net: expected options activation, dropout, as in net:activation=…, got "actvation=tanh". Did you mean "activation"?',
    ],
    ["activation=tanhh", 'net, activation: expected relu or tanh, got "tanhh". Did you mean "tanh"?'],
    ["dropout=1", 'net, dropout: expected a number from 0 to 0.9, got "1".'],
    ["dropout=", 'net, dropout: expected a number from 0 to 0.9, got "".'],
    ["dropout", 'net, dropout: expected a number from 0 to 0.9, got "".'],
    ["units=2.5", 'net, units: expected a whole number from 1 to 9, got "2.5".'],
    ["dropout=0.1=0.2", 'net: expected options activation, dropout, as in net:activation=…, got "dropout=0.1=0.2".'],
  ])("%s is refused with one sentence", (text, message) => {
    expect(() => readOptions("net", text.startsWith("units") ? { units } : rules, text)).toThrow(message);
  });
});
