// The roof of this core: the most multiplications and additions a second on 128-bit vectors of float32, when nothing else is
// in the way. The best of many short blocks, since the machine may be busy with others for a while.
import { type Arithmetic, kernelModule } from "../../kernels/module.ts";
import { bindRoof } from "../../kernels/roof.ts";

/** About a tenth of a millisecond. */
const ROUNDS = 50_000;

/** Operations a second of one core in this arithmetic: the best of blocks over so many seconds. */
export const measureRoof = (arithmetic: Arithmetic, seconds: number): number => {
  const roof = bindRoof(kernelModule(arithmetic));
  let best = 0;
  const start = performance.now();
  while (performance.now() - start < seconds * 1000) {
    const before = performance.now();
    const operations = roof(ROUNDS);
    best = Math.max(best, (operations * 1000) / (performance.now() - before));
  }
  return best;
};
