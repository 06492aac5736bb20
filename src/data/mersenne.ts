// The random numbers of NumPy's older generator, to draw the very images that somebody else's program drew: Mersenne Twister
// (Matsumoto & Nishimura 1998, MT19937), and the permutations that numpy.random.permutation makes with it.

const [SIZE, MIDDLE] = [624, 397];

/** Whole numbers from 0 to 2³² - 1, as after numpy.random.seed(seed). */
export const mersenne = (seed: number): (() => number) => {
  const state = new Uint32Array(SIZE);
  state[0] = seed;
  for (let i = 1; i < SIZE; i++) {
    const last = state[i - 1]! ^ (state[i - 1]! >>> 30);
    state[i] = Math.imul(1_812_433_253, last) + i;
  }
  let next = SIZE;
  const twist = (): void => {
    for (let i = 0; i < SIZE; i++) {
      const joined = (state[i]! & 0x80000000) | (state[(i + 1) % SIZE]! & 0x7fffffff);
      state[i] = state[(i + MIDDLE) % SIZE]! ^ (joined >>> 1) ^ (joined & 1 ? 0x9908b0df : 0);
    }
    next = 0;
  };
  return () => {
    if (next === SIZE) twist();
    let y = state[next++]!;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  };
};

/** 0…count-1 in the order of numpy.random.permutation(count). */
export const permutation = (random: () => number, count: number): Int32Array => {
  const order = Int32Array.from({ length: count }, (_, index) => index);
  for (let i = count - 1; i > 0; i--) {
    const mask = 2 ** (32 - Math.clz32(i)) - 1;
    let j = i + 1;
    while (j > i) j = (random() & mask) >>> 0;
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
};
