// LeNet-5 as it is built today (as the write-up raphaelsenn/lenet-5 on GitHub does): tanh, average pooling followed by tanh, C3 joined to all
// maps of S2, ten logits into softmax and cross-entropy.
import { averagePool, batchNorm, conv, dense, dropout, type LayerSpec, maxPool, relu, tanh } from "../layers/index.ts";
import { family } from "./family.ts";
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

const size = (usual: number, meaning: string) => ({ least: 1, most: 1_000, usual, whole: true, meaning }) as const;

const rules = {
  activation: {
    words: ["tanh", "relu"],
    meaning: "of all hidden layers; relu: not after pooling, where it would change nothing",
  },
  pool: { words: ["average", "max"], meaning: "of S2 and S4" },
  norm: { words: ["no", "yes"], meaning: "batch norm before the activations of C1, C3 and C5" },
  dropout: { least: 0, most: 0.9, usual: 0, meaning: "share of C5 and F6 that is left out in training" },
  c1: size(6, "maps of C1"),
  c3: size(16, "maps of C3"),
  c5: size(120, "maps of C5"),
  f6: size(84, "units of F6"),
} as const;

/** Modern LeNet-5 with options: 28×28 digits in 0…1, padded by two to 32×32; 61,706 free parameters at the usual sizes. */
export const lenet5s = family("lenet5", rules, (options) => {
  const { activation, pool, norm, dropout: share, c1, c3, c5, f6 } = options;
  const sized = c1 !== rules.c1.usual || c3 !== rules.c3.usual || c5 !== rules.c5.usual || f6 !== rules.f6.usual;
  const active = { tanh, relu }[activation];
  const pooled = (name: string): LayerSpec[] => {
    const layer = pool === "max" ? maxPool(name, { field: 2 }) : averagePool(name, { field: 2 });
    return activation === "relu" ? [layer] : [layer, active()];
  };
  const windows = (name: string, maps: number): LayerSpec[] => [
    conv(name, { maps, field: 5 }),
    ...(norm === "yes" ? [batchNorm(`${name}.norm`)] : []),
    active(),
  ];
  const thinned = (name: string): LayerSpec[] => (share > 0 ? [dropout(`${name}.dropout`, share)] : []);
  return net(
    "lenet5",
    "LeNet-5, modern",
    image(28, 28, { padding: 2 }),
    [
      ...windows("C1", c1),
      ...pooled("S2"),
      ...windows("C3", c3),
      ...pooled("S4"),
      ...windows("C5", c5),
      ...thinned("C5"),
      dense("F6", { units: f6 }),
      active(),
      ...thinned("F6"),
      dense("OUT", { units: 10 }),
    ],
    sized || norm === "yes" ? {} : { published },
  );
});

/** As the write-up has it. */
export const lenet5 = lenet5s.net;
