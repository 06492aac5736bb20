// The kernel that does nothing but arithmetic, for the bench: how many operations a core could do. No clock here.

/** Multiplications and additions in one round of the kernel. */
const OPERATIONS = 64;
/** The kernel reads 32 floats here; the module keeps nothing above its first page. */
const FACTORS = 65_536;

/** A function that does so many rounds of arithmetic and returns the number of operations. */
export const bindRoof = (module: WebAssembly.Module): ((rounds: number) => number) => {
  const memory = new WebAssembly.Memory({ initial: 2, maximum: 2, shared: true });
  new Float32Array(memory.buffer, FACTORS, 32).fill(0.5);
  const exports = new WebAssembly.Instance(module, { env: { memory } }).exports;
  const roof = exports["f32_roof"] as (rounds: number, factors: number) => number;
  return (rounds) => {
    roof(rounds, FACTORS);
    return rounds * OPERATIONS;
  };
};
