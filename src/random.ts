// Named streams of randomness from one seed. A stream is found by its name and position (init/C1.weight, shuffle/3), never
// by how much was drawn before, so that adding dropout does not move the initial weights and a resumed run needs only its
// position. Only integer arithmetic: the same numbers on every machine.

/** A stream of random numbers. */
export interface Random {
  /** An integer of 32 random bits, 0…2³²-1. */
  bits(): number;
  /** A number in [0, 1), a multiple of 2⁻²⁴, so that float32 holds it exactly. */
  unit(): number;
  /** An integer in 0…below-1; `below` at most 2³². */
  integer(below: number): number;
}

/** Mixes the bits of a 32-bit word: every input bit moves every output bit (the finaliser of MurmurHash3). */
export const mix = (word: number): number => {
  let h = word | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
};

/** A 32-bit key for a stream: of the seed and the stream's name. */
export const streamKey = (seed: number, name: string): number => {
  let key = mix(seed >>> 0) ^ mix(Math.floor(seed / 2 ** 32) + 0x9e3779b9);
  for (let i = 0; i < name.length; i++) key = mix(Math.imul(key, 31) + name.charCodeAt(i) + 1);
  return key >>> 0;
};

/** The stream `name` of `seed` (an integer, 0…2⁵³-1). Generator: sfc32, period about 2¹²⁸. */
export const stream = (seed: number, name: string): Random => {
  let a = streamKey(seed, `${name}/a`);
  let b = streamKey(seed, `${name}/b`);
  let c = streamKey(seed, `${name}/c`);
  let counter = 1;
  const bits = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  for (let i = 0; i < 12; i++) bits();
  return {
    bits,
    unit: () => (bits() >>> 8) / 2 ** 24,
    integer: (below) => Math.floor((bits() / 2 ** 32) * below),
  };
};

/** Puts `items` into a random order, in place (Fisher–Yates). */
export const shuffle = (items: Int32Array | number[], random: Random): void => {
  for (let i = items.length - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    const kept = items[i] as number;
    items[i] = items[j] as number;
    items[j] = kept;
  }
};
