// Every kernel that a step of this net calls, timed by itself on the shapes it is called with, so that a change to one kernel
// can be judged. What surrounds them in a step (waking threads, meeting, sharing) is not here.
import type { Arithmetic } from "../../kernels/module.ts";
import type { Net } from "../../nets/net.ts";
import { figuresOf, inverse } from "./figures.ts";
import { kernelCases } from "./kernel-cases.ts";
import type { KernelResult } from "./result.ts";
import { measure } from "./timing.ts";

/** Times every kernel `repetitions` times, in turn, `seconds` each time. */
export const benchKernels = async (
  net: Net,
  arithmetic: Arithmetic,
  seconds: number,
  repetitions: number,
): Promise<KernelResult[]> => {
  const cases = kernelCases(net, arithmetic);
  const rates = cases.map((): number[] => []);
  for (let repetition = 0; repetition < repetitions; repetition++)
    for (const [index, { images, prepare, run }] of cases.entries()) {
      prepare?.();
      const work = (): number => {
        run();
        return images;
      };
      rates[index]!.push(...(await measure(work, seconds)));
    }
  return cases.map(({ name, images, multiplyAdds }, index) => {
    const imagesPerSecond = figuresOf(rates[index]!);
    const gflops = multiplyAdds === 0 ? null : (2 * multiplyAdds * imagesPerSecond.maximum) / 1e9;
    return { name, images, microsecondsPerImage: inverse(imagesPerSecond), gflops };
  });
};
