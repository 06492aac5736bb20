import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LenetError } from "../../src/errors.ts";
import { decodeSafetensors, encodeSafetensors, type Tensor, type TensorFile } from "../../src/formats/safetensors.ts";

/** The bytes of a file: this header, told to be `length` bytes long, and then `data` bytes. */
const file = (header: string | Uint8Array, data = 0, length?: number): Uint8Array => {
  const text = typeof header === "string" ? new TextEncoder().encode(header) : header;
  const bytes = new Uint8Array(8 + text.length + data);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length ?? text.length), true);
  bytes.set(text, 8);
  return bytes;
};

const entry = (shape: unknown, offsets: unknown, dtype: unknown = "F32"): string =>
  JSON.stringify({ dtype, shape, data_offsets: offsets });

const sample = (): Map<string, Tensor> =>
  new Map<string, Tensor>([
    ["C1.weight", { shape: [2, 3], data: new Float32Array([1, -2, 3.5, Number.NaN, Number.POSITIVE_INFINITY, -0]) }],
    ["labels", { shape: [3], data: new Uint8Array([7, 0, 255]) }],
    ["losses", { shape: [2], data: new Float64Array([0.1, 1e300]) }],
    ["position", { shape: [], data: new Int32Array([-5]) }],
    ["empty", { shape: [0, 4], data: new Float32Array(0) }],
  ]);

/** Contents in an order of their own, for comparison. */
const plain = ({ tensors, metadata }: TensorFile) => ({
  metadata: Object.entries(metadata).sort(),
  tensors: [...tensors].sort(([a], [b]) => (a < b ? -1 : 1)),
});

const messageFor = (bytes: Uint8Array): string => {
  try {
    decodeSafetensors(bytes, "f");
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(LenetError);
    return (thrown as LenetError).message;
  }
  return "no error";
};

describe("encodeSafetensors", () => {
  it("gives the same bytes for the same content in any order", () => {
    const one = encodeSafetensors(sample(), { seed: "1", net: "lenet5" });
    const other = encodeSafetensors(new Map([...sample()].reverse()), { net: "lenet5", seed: "1" });
    expect(other).toEqual(one);
  });

  it("aligns the data to 8 bytes and every tensor to its own numbers", () => {
    const bytes = encodeSafetensors(sample(), {});
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    expect(length % 8).toBe(0);
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
    const width: Record<string, number> = { F64: 8, F32: 4, I32: 4, U8: 1 };
    for (const { dtype, data_offsets } of Object.values(header) as { dtype: string; data_offsets: number[] }[])
      expect(data_offsets[0] % width[dtype]).toBe(0);
  });

  it("refuses a tensor that does not fill its shape, one with the format's own name, and a header above 10 MB", () => {
    const one = (name: string, shape: number[]) => () =>
      encodeSafetensors(new Map([[name, { shape, data: new Float32Array(5) }]]), {});
    expect(one("C1.bias", [6])).toThrow(
      'tensor "C1.bias": expected as many numbers as its shape [6] has, got 5. Mend the shape.',
    );
    expect(one("C1.bias", [-1, -5])).toThrow('tensor "C1.bias": expected as many numbers as its shape [-1, -5] has');
    expect(one("__metadata__", [5])).toThrow(
      'tensor "__metadata__": expected another name, the format keeps this one. Rename the tensor.',
    );
    expect(() => encodeSafetensors(new Map(), { note: "x".repeat(10_000_001) })).toThrow(
      "metadata: expected a header of at most 10,000,000 bytes, got 10,000,029. Keep large data in tensors.",
    );
  });

  it("reads views of a larger, shared memory", () => {
    const memory = new SharedArrayBuffer(64);
    const view = new Float32Array(memory, 8, 3);
    view.set([1, 2, 3]);
    const { tensors } = decodeSafetensors(encodeSafetensors(new Map([["a", { shape: [3], data: view }]]), {}), "f");
    expect(tensors.get("a")?.data).toEqual(new Float32Array([1, 2, 3]));
  });
});

describe("decodeSafetensors", () => {
  it("gives back what was encoded, for any tensors and metadata", () => {
    const shape = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 });
    const tensor: fc.Arbitrary<Tensor> = shape.chain((dimensions) => {
      const length = dimensions.reduce((a, b) => a * b, 1);
      const exactly = { minLength: length, maxLength: length };
      const data = fc.oneof(
        fc.float32Array(exactly),
        fc.float64Array(exactly),
        fc.int32Array(exactly),
        fc.uint8Array(exactly),
      );
      return data.map((numbers) => ({ shape: dimensions, data: numbers }));
    });
    const text = fc.string({ unit: "binary", maxLength: 12 });
    const name = fc
      .oneof(text, fc.constantFrom("__proto__", "constructor", "toString", "0", ""))
      .filter((n) => n !== "__metadata__");
    const texts = fc
      .array(fc.tuple(fc.oneof(text, fc.constant("__proto__")), text))
      .map((pairs) => Object.fromEntries(pairs));
    fc.assert(
      fc.property(fc.array(fc.tuple(name, tensor)), texts, (pairs, metadata) => {
        const tensors = new Map(pairs);
        const bytes = encodeSafetensors(tensors, metadata);
        const decoded = decodeSafetensors(bytes, "f");
        expect(plain(decoded)).toEqual(plain({ tensors, metadata }));
        expect(encodeSafetensors(decoded.tensors, decoded.metadata)).toEqual(bytes);
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it("reads a file written by Python beside PyTorch, tensors of 1 byte and of 8 side by side", () => {
    const bytes = readFileSync(new URL("../fixtures/golden/lenet5-modern.adam.safetensors", import.meta.url));
    const { tensors, metadata } = decodeSafetensors(bytes, "golden");
    expect(metadata).toMatchObject({ batch: "64", steps: "50" });
    expect(tensors.get("C3.weight")?.shape).toEqual([16, 6, 5, 5]);
    expect([...(tensors.get("labels")?.data.slice(0, 5) ?? [])]).toEqual([5, 0, 4, 1, 9]);
    expect(tensors.get("losses")?.data).toBeInstanceOf(Float64Array);
    expect(tensors.get("losses")?.data[0]).toBe(tensors.get("loss")?.data[0]);
    expect(tensors.get("losses")?.data[0]).toBeCloseTo(Math.log(10), 1);
  });

  it("copies, so that the numbers outlive the file's bytes", () => {
    const bytes = Buffer.from(encodeSafetensors(sample(), {}));
    const { tensors } = decodeSafetensors(bytes, "f");
    bytes.fill(0);
    expect([...tensors]).toEqual(expect.arrayContaining([...sample()]));
  });

  it("reads bytes that begin anywhere in their buffer, and names in any order", () => {
    const header = `{"b":${entry([1], [1, 5])},"__metadata__":{},"a":${entry([1], [0, 1], "U8")}}`;
    const shifted = new Uint8Array(200).subarray(3);
    const whole = file(header, 5);
    shifted.set(whole);
    const { tensors } = decodeSafetensors(shifted.subarray(0, whole.length), "f");
    expect([...tensors.keys()]).toEqual(["a", "b"]);
  });

  it("takes a tensor called __proto__ as any other", () => {
    const { tensors, metadata } = decodeSafetensors(
      file(`{"__proto__":${entry([1], [0, 4])},"__metadata__":{"__proto__":"x"}}`, 4),
      "f",
    );
    expect([...tensors.keys()]).toEqual(["__proto__"]);
    expect(Object.entries(metadata)).toEqual([["__proto__", "x"]]);
    expect(Object.getPrototypeOf(metadata)).toBe(Object.prototype);
  });

  const cut = "The file is cut short or damaged: copy it again.";
  const damaged = "The file is damaged, or its writer has a bug: copy or write it again.";
  const notOne = "This is not a safetensors file, or its first bytes are damaged.";
  it.each<[cause: string, bytes: Uint8Array, message: string]>([
    ["a file below 8 bytes", new Uint8Array(5), `f: expected at least 8 bytes of safetensors, got 5. ${cut}`],
    ["an empty header", file(""), `f: expected a header length of 2 to 10,000,000 bytes, got 0. ${notOne}`],
    [
      "a header above 10 MB",
      file("{}", 0, 10_000_001),
      `f: expected a header length of 2 to 10,000,000 bytes, got 10,000,001. ${notOne}`,
    ],
    [
      "a header longer than memory",
      new Uint8Array(20).fill(255),
      `f: expected a header length of 2 to 10,000,000 bytes, got 18,446,744,073,709,551,615. ${notOne}`,
    ],
    ["a header beyond the file", file("{}", 0, 3400), `f: expected a header of 3,400 bytes, got only 2. ${cut}`],
    ["a first byte other than {", file("[]"), `f: expected the header to begin with "{", got byte 0x5b. ${notOne}`],
    [
      "a header not in UTF-8",
      file(new Uint8Array([0x7b, 0xff, 0x7d])),
      `f: expected the header to be UTF-8 text, got bytes that are not. ${damaged}`,
    ],
    ["a header not in JSON", file("{a}"), `f: expected the header to be a JSON object, got "{a}". ${damaged}`],
    [
      "a header of an object and more",
      file("{} {}"),
      `f: expected the header to be a JSON object, got "{} {}". ${damaged}`,
    ],
    [
      "a name twice, spelt in two ways",
      file(`{"a":${entry([1], [0, 4])},"\\u0061":${entry([1], [0, 4])}}`, 4),
      `f: expected each name once in the header, got "a" twice. ${damaged}`,
    ],
    [
      "metadata that is no object",
      file('{"__metadata__":["x"]}'),
      `f, __metadata__: expected an object of texts, got a list of 1. ${damaged}`,
    ],
    [
      "metadata that is a number",
      file('{"__metadata__":{"epoch":3}}'),
      'f, __metadata__, key "epoch": expected a text, got 3. Write numbers as texts.',
    ],
    ["an entry that is no object", file('{"a":null}'), `f, tensor "a": expected an object, got null. ${damaged}`],
    [
      "an entry without dtype",
      file('{"a":{"shape":[1],"data_offsets":[0,4]}}'),
      `f, tensor "a": expected a field "dtype", got none. ${damaged}`,
    ],
    [
      "an entry without shape",
      file('{"a":{"dtype":"F32","data_offsets":[0,4]}}'),
      `f, tensor "a": expected a field "shape", got none. ${damaged}`,
    ],
    [
      "an entry without data_offsets",
      file('{"a":{"dtype":"F32","shape":[1]}}'),
      `f, tensor "a": expected a field "data_offsets", got none. ${damaged}`,
    ],
    [
      "a type of number we do not read",
      file(`{"a":${entry([1], [0, 2], "BF16")}}`, 2),
      'f, tensor "a": expected dtype F32, F64, I32, U8, got "BF16". Convert it to F32 first.',
    ],
    [
      "a type named after a property of objects",
      file(`{"a":${entry([1], [0, 2], "constructor")}}`, 2),
      'f, tensor "a": expected dtype F32, F64, I32, U8, got "constructor". Convert it to F32 first.',
    ],
    [
      "a negative dimension",
      file(`{"a":${entry([-2, -2], [0, 16])}}`, 16),
      `f, tensor "a": expected a shape of integers from 0, fewer than 2^53 numbers in all, got [-2, -2]. ${damaged}`,
    ],
    [
      "a dimension that is no integer",
      file(`{"a":${entry([0.5, 2], [0, 4])}}`, 4),
      `f, tensor "a": expected a shape of integers from 0, fewer than 2^53 numbers in all, got [0.5, 2]. ${damaged}`,
    ],
    [
      "a shape that is no list",
      file(`{"a":${entry("6", [0, 4])}}`, 4),
      `f, tensor "a": expected a shape of integers from 0, fewer than 2^53 numbers in all, got "6". ${damaged}`,
    ],
    [
      "a shape beyond counting",
      file(`{"a":${entry([2 ** 27, 2 ** 27], [0, 4])}}`, 4),
      `f, tensor "a": expected a shape of integers from 0, fewer than 2^53 numbers in all, got [134217728, 134217728]. ${damaged}`,
    ],
    [
      "a tensor larger than any memory",
      file(`{"a":${entry([2 ** 53 - 1], [0, 2 ** 53 - 1], "U8")}}`, 4),
      `f, tensor "a": expected its bytes to end within the 4 bytes of data, got data_offsets [0, 9007199254740991]. ${cut}`,
    ],
    [
      "offsets in the wrong order",
      file(`{"a":${entry([1], [4, 0])}}`, 4),
      `f, tensor "a": expected data_offsets [begin, end], two integers from 0 in order, got [4, 0]. ${damaged}`,
    ],
    [
      "three offsets",
      file(`{"a":${entry([1], [0, 4, 4])}}`, 4),
      `f, tensor "a": expected data_offsets [begin, end], two integers from 0 in order, got [0, 4, 4]. ${damaged}`,
    ],
    [
      "offsets that do not fit the shape",
      file(`{"C1.bias":${entry([6], [0, 20])}}`, 20),
      `f, tensor "C1.bias": expected 24 bytes for shape [6] of "F32", got data_offsets [0, 20], 20 bytes. ${damaged}`,
    ],
    [
      "a tensor beyond the end",
      file(`{"a":${entry([2], [0, 8])}}`, 4),
      `f, tensor "a": expected its bytes to end within the 4 bytes of data, got data_offsets [0, 8]. ${cut}`,
    ],
    [
      "an overlap",
      file(`{"a":${entry([2], [0, 8])},"b":${entry([1], [4, 8])}}`, 8),
      `f, tensor "b": expected its bytes to begin where the ones before end, at 8, got 4: an overlap. ${damaged}`,
    ],
    [
      "a gap",
      file(`{"a":${entry([1], [0, 4])},"b":${entry([1], [8, 12])}}`, 12),
      `f, tensor "b": expected its bytes to begin where the ones before end, at 4, got 8: a gap. ${damaged}`,
    ],
    [
      "bytes after the last tensor",
      file(`{"a":${entry([1], [0, 4])}}`, 7),
      `f: expected the file to end with its last tensor, got 3 bytes more. ${damaged}`,
    ],
    [
      "a header nested a million deep",
      file(`{"a":${"[".repeat(1e6)}${"]".repeat(1e6)}}`),
      `f, tensor "a": expected an object, got a list of 1. ${damaged}`,
    ],
    [
      "a name too long to print",
      file(`{"${"n".repeat(1e6)}":0}`),
      `f, tensor "${"n".repeat(60)}…": expected an object, got 0. ${damaged}`,
    ],
  ])("says in one sentence what is wrong with %s", (_, bytes, message) => {
    expect(messageFor(bytes)).toBe(message);
  });

  it("answers 10,000 damaged files with a value or a LenetError", () => {
    const whole = encodeSafetensors(sample(), { seed: "1" });
    const headerEnd = 8 + Number(new DataView(whole.buffer).getBigUint64(0, true));
    const header = new TextDecoder().decode(whole.subarray(8, headerEnd));
    const numbers = [...header.matchAll(/\d+|"[^"]*"|\[[^\]]*\]/g)];
    const place = fc.nat({ max: whole.length * 8 - 1 });
    const flips = fc.array(place, { minLength: 1, maxLength: 6 }).map((bits) => {
      const bytes = whole.slice();
      for (const bit of bits) bytes[bit >> 3] ^= 1 << (bit & 7);
      return bytes;
    });
    const headerFlips = fc.array(fc.nat({ max: headerEnd * 8 - 1 }), { minLength: 1, maxLength: 3 }).map((bits) => {
      const bytes = whole.slice();
      for (const bit of bits) bytes[bit >> 3] ^= 1 << (bit & 7);
      return bytes;
    });
    const truncations = fc.nat({ max: whole.length - 1 }).map((length) => whole.slice(0, length));
    const edge = fc.constantFrom(
      "-1",
      "0.5",
      "1e308",
      "1e999",
      "9007199254740991",
      "9007199254740993",
      "-0",
      '"__proto__"',
    );
    const value = fc.oneof(fc.json({ maxDepth: 3 }), fc.nat({ max: 64 }).map(String), edge);
    const edits = fc.tuple(fc.nat({ max: numbers.length - 1 }), value).map(([which, text]) => {
      const { index, 0: old } = numbers[which];
      const edited = new TextEncoder().encode(header.slice(0, index) + text + header.slice(index + old.length));
      const bytes = file(edited, whole.length - headerEnd);
      bytes.set(whole.subarray(headerEnd), 8 + edited.length);
      return bytes;
    });
    let refused = 0;
    fc.assert(
      fc.property(fc.oneof(flips, headerFlips, truncations, edits), (bytes) => {
        try {
          const { tensors, metadata } = decodeSafetensors(bytes, "f");
          const held = [...tensors.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
          expect(held).toBeLessThan(bytes.length);
          decodeSafetensors(encodeSafetensors(tensors, metadata), "again");
        } catch (thrown) {
          if (!(thrown instanceof LenetError)) throw thrown;
          expect(thrown.message).toMatch(/^f[:,] .*expected .*, got .*\.$/);
          refused++;
        }
      }),
      { seed: 1, numRuns: 10_000 },
    );
    expect(refused).toBeGreaterThan(5000);
  });
});
