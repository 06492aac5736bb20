// LeNet-5 as a PyTorch tutorial has it ("Text classification using LenNet-5 and the MNIST dataset"; its author is not known): no
// padding, ReLU, sums of four units as sub-sampling. The tutorial prints no counts. It calls the maps of S2 16×16; they are
// 12×12. Its layer of 256 inputs is C5 here, of 4×4 squares that cover all of S4.
import { conv, dense, relu, sumPool } from "../layers/index.ts";
import { image, net } from "./net.ts";

/** The tutorial's net: 28×28 digits in -1…1; 44,426 free parameters. Deviation: none. */
export const tutorial = net("tutorial", "LeNet-5 of a PyTorch tutorial", image(28, 28, { low: -1, high: 1 }), [
  conv("C1", { maps: 6, field: 5 }),
  relu(),
  sumPool("S2", { field: 2 }),
  conv("C3", { maps: 16, field: 5 }),
  relu(),
  sumPool("S4", { field: 2 }),
  conv("C5", { maps: 120, field: 4 }),
  relu(),
  dense("F6", { units: 84 }),
  relu(),
  dense("OUT", { units: 10 }),
]);
