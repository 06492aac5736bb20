// LeNet-5 as it is built today (as the write-up raphaelsenn/lenet-5 on GitHub does): tanh, average pooling followed by tanh, C3 joined to all
// maps of S2, ten logits into softmax and cross-entropy.
import { averagePool, conv, dense, tanh } from "../layers/index.ts";
import { image, net, type Published } from "./net.ts";

const published: Published = {
  source: "raphaelsenn/lenet-5 on GitHub, “Modern LeNet-5”",
  layers: {
    C1: { parameters: 156, connections: 122_304 },
    S2: { parameters: 0, connections: 4_704 },
    C3: { parameters: 2_416, connections: 41_600 },
    S4: { parameters: 0, connections: 1_600 },
    C5: { parameters: 48_120, connections: 48_120 },
    F6: { parameters: 10_164, connections: 10_164 },
    OUT: { parameters: 850, connections: 850 },
  },
  parameters: 61_706,
  connections: 229_342,
  slips: {
    C3: "printed for one input map; each of 16 maps sees 6: 10·10·16·(6·25 + 1) = 241,600",
    total: "carries the slip of C3: 229,342 + 200,000 = 429,342",
  },
};

/** Modern LeNet-5: 28×28 digits in 0…1, padded by two to 32×32; 61,706 free parameters. */
export const lenet5 = net(
  "lenet5",
  "LeNet-5, modern",
  image(28, 28, { padding: 2 }),
  [
    conv("C1", { maps: 6, field: 5 }),
    tanh(),
    averagePool("S2", { field: 2 }),
    tanh(),
    conv("C3", { maps: 16, field: 5 }),
    tanh(),
    averagePool("S4", { field: 2 }),
    tanh(),
    conv("C5", { maps: 120, field: 5 }),
    tanh(),
    dense("F6", { units: 84 }),
    tanh(),
    dense("OUT", { units: 10 }),
  ],
  { published },
);
