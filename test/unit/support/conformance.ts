// The conformance checker: a kernel against the float64 reference on one call (a trial), in a memory where everything that
// is not the kernel's is a pattern that must survive. It reports failures rather than throwing, so that a test can also
// demand that it finds a planted bug.
import type { Kernels } from "../../../src/kernels/contract.ts";
import { bindKernels } from "../../../src/kernels/load.ts";
import { type Arithmetic, kernelModule, usualArithmetic } from "../../../src/kernels/module.ts";
import { reference } from "../../../src/kernels/reference/index.ts";
import type { Floats } from "../../../src/shape.ts";

/** The arrays of a call, by name. */
export interface Held {
  floats(name: string): Floats;
  ints(name: string): Int32Array;
  bytes(name: string): Uint8Array;
}

export type Given = Float32Array | Int32Array | Uint8Array;

export interface Trial {
  /** `convForward 2 × 3@7×5 → 4@5×3`. */
  readonly label: string;
  /** What the kernel reads: it must be as it was afterwards. */
  readonly reads: Readonly<Record<string, Given>>;
  /** What it changes: its values before the call; or, where it only writes, how many floats. */
  readonly writes: Readonly<Record<string, Given | number>>;
  /** Floats of scratch, as the array "scratch": their content never matters, before or after. */
  readonly scratch?: (kernels: Kernels) => number;
  readonly call: (kernels: Kernels, held: Held) => void;
  /** Products or sums that one output is made of. */
  readonly terms: number;
  /** Like `call`, on the absolute values of all floats, so that nothing cancels; when that needs other signs than `call`. */
  readonly magnitude?: (kernels: Kernels, held: Held) => void;
  /** In place of (terms + 4) × 2⁻²⁴ × magnitude. */
  readonly bound?: (wanted: number, name: string, index: number) => number;
}

/** A memory, and a binding of the kernels to it. */
export interface Bench {
  readonly memory: WebAssembly.Memory;
  readonly kernels: Kernels;
}

export const openBench = (
  dress: (kernels: Kernels) => Kernels = (kernels) => kernels,
  arithmetic: Arithmetic = usualArithmetic(),
): Bench => {
  const memory = new WebAssembly.Memory({ initial: 160, maximum: 160, shared: true });
  return { memory, kernels: dress(bindKernels(kernelModule(arithmetic), memory)) };
};

/** As a float a NaN, so that whatever is read by mistake and matters is seen in the result. */
const PATTERN = 0x7fc5a5a5;
/** Words of pattern between arrays, and before the first: not a multiple of a vector, so that addresses are unaligned. */
const GUARD = 65;
const START = 65_536;

interface Block {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** Places arrays one after the other between guard bands. Throws when the trial is larger than the memory. */
const layOut = (trial: Trial, { memory, kernels }: Bench): { held: Held; blocks: Block[]; end: number } => {
  const blocks: Block[] = [];
  const arrays = new Map<string, Floats | Given>();
  let at = START + 4 * GUARD;
  const place = (name: string, given: Given | number): void => {
    const length = typeof given === "number" ? given : given.length;
    const Type = typeof given === "number" ? Float32Array : (given.constructor as Float32ArrayConstructor);
    const array = new Type(memory.buffer, at, length);
    blocks.push({ name, start: at, end: at + array.byteLength });
    arrays.set(name, array);
    at += Math.ceil(array.byteLength / 4) * 4 + 4 * GUARD;
  };
  const all = { ...trial.reads, ...trial.writes, ...(trial.scratch ? { scratch: trial.scratch(kernels) } : {}) };
  for (const [name, given] of Object.entries(all)) place(name, given);
  new Uint32Array(memory.buffer, START, (at - START) / 4).fill(PATTERN);
  for (const [name, given] of Object.entries(all)) if (typeof given !== "number") arrays.get(name)!.set(given);
  return { held: holding(arrays), blocks, end: at };
};

const holding = (arrays: ReadonlyMap<string, Floats | Given>): Held => ({
  floats: (name) => arrays.get(name) as Floats,
  ints: (name) => arrays.get(name) as Int32Array,
  bytes: (name) => arrays.get(name) as Uint8Array,
});

/** The reference's arrays after the call, floats as float64; what it never wrote is NaN. */
const judge = (trial: Trial, absolute: boolean): Held => {
  const arrays = new Map<string, Floats | Given>([["scratch", new Float64Array()]]);
  for (const [name, given] of Object.entries({ ...trial.reads, ...trial.writes })) {
    if (typeof given === "number") arrays.set(name, new Float64Array(given).fill(Number.NaN));
    else if (!(given instanceof Float32Array)) arrays.set(name, given.slice());
    else arrays.set(name, Float64Array.from(given, absolute ? Math.abs : (value) => value));
  }
  const held = holding(arrays);
  (absolute ? (trial.magnitude ?? trial.call) : trial.call)(reference, held);
  return held;
};

/** Words that are no array's and are not the pattern any more. */
const trespasses = (memory: WebAssembly.Memory, blocks: readonly Block[], end: number): string[] => {
  const bytes = new Uint8Array(memory.buffer);
  const pattern = new Uint8Array(new Uint32Array([PATTERN]).buffer);
  const found: string[] = [];
  let from = START;
  let before = "the first array";
  for (const { name, start, end: to } of [...blocks, { name: "", start: end, end }]) {
    for (let at = from; at < start; at++)
      if (bytes[at] !== pattern[at % 4]!) {
        found.push(`wrote ${at - from} bytes behind the end of ${before} (${start - at} before ${name || "the end"})`);
        break;
      }
    from = to;
    before = name;
  }
  return found;
};

/** Reads that changed. */
const changedReads = ({ reads }: Trial, held: Held): string[] =>
  Object.entries(reads)
    .filter(([name, given]) => !held.floats(name).every((value, i) => Object.is(value, given[i])))
    .map(([name]) => `changed what it only reads: ${name}`);

/** Elements that are further from the reference than their bound. */
const wrongElements = (trial: Trial, held: Held): string[] => {
  const wanted = judge(trial, false);
  const magnitude = trial.bound ? wanted : judge(trial, true);
  const unit = (trial.terms + 4) * 2 ** -24;
  const found: string[] = [];
  for (const [name, given] of Object.entries(trial.writes)) {
    const [got, right, sizes] = [held.floats(name), wanted.floats(name), magnitude.floats(name)];
    const bits = typeof given === "number" ? new Uint32Array(got.buffer, got.byteOffset, got.length) : null;
    for (let i = 0; i < got.length; i++) {
      // What the reference leaves alone must be left alone.
      if (bits && Number.isNaN(right[i]!) && bits[i] === PATTERN) continue;
      const exact = !(given instanceof Float32Array || bits);
      const bound = exact ? 0 : (trial.bound?.(right[i]!, name, i) ?? unit * sizes[i]! + 2 ** -120);
      if (!(Math.abs(got[i]! - right[i]!) <= bound))
        found.push(`${name}[${i}]: got ${got[i]}, wanted ${right[i]}, bound ${bound.toExponential(1)}`);
    }
  }
  return found;
};

/** What is wrong with one call, a line each; nothing when the kernel does what the reference means. */
export const checkTrial = (trial: Trial, bench: Bench): string[] => {
  const { held, blocks, end } = layOut(trial, bench);
  trial.call(bench.kernels, held);
  const found = [...trespasses(bench.memory, blocks, end), ...changedReads(trial, held), ...wrongElements(trial, held)];
  const more = found.length > 3 ? [`… and ${found.length - 3} more`] : [];
  return [...found.slice(0, 3), ...more].map((line) => `${trial.label}: ${line}`);
};

/** What is wrong with all of them. */
export const checkTrials = (trials: Iterable<Trial>, bench: Bench): string[] => {
  const failures: string[] = [];
  for (const trial of trials) failures.push(...checkTrial(trial, bench));
  return failures;
};
