import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { summaryCommand, summaryText } from "../../cli/summary.ts";
import { LenetError } from "../../src/errors.ts";
import { summarise } from "../../src/lab/summary.ts";
import { alignedTable } from "../../src/lab/table.ts";
import { batchNorm, conv, dense, dropout, maxPool, relu, sumPool } from "../../src/layers/index.ts";
import { nets } from "../../src/nets/index.ts";
import { lenet5 } from "../../src/nets/lenet5.ts";
import { image, net } from "../../src/nets/net.ts";

let stdout = "";

beforeEach(() => {
  stdout = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    stdout += text;
    return true;
  });
});

afterEach(() => vi.restoreAllMocks());

const lenetSummary = (...words: string[]) => summaryCommand().parseAsync(words, { from: "user" });

test("lenet summary: without a word it prints LeNet-5 beside its published counts, and explains the slips", async () => {
  await lenetSummary();
  expect(stdout).toBe(`LeNet-5, modern (lenet5), input 1@32×32

layer  what it is              output    parameters  published  connections  published  multiply-adds   sees
C1     conv 5×5, tanh          6@28×28          156          ✓      122,304          ✓        117,600    5×5
S2     average pool 2×2, tanh  6@14×14            0          ✓        4,704          ✓              0    6×6
C3     conv 5×5, tanh          16@10×10       2,416          ✓      241,600   41,600 ¹        240,000  14×14
S4     average pool 2×2, tanh  16@5×5             0          ✓        1,600          ✓              0  16×16
C5     conv 5×5, tanh          120           48,120          ✓       48,120          ✓         48,000  32×32
F6     dense, tanh             84            10,164          ✓       10,164          ✓         10,080  32×32
OUT    dense                   10               850          ✓          850          ✓            840  32×32
total                                        61,706          ✓      429,342  229,342 ²        416,520

¹ C3: printed for one input map; each of 16 maps sees 6: 10·10·16·(6·25 + 1) = 241,600
² total: carries the slip of C3: 229,342 + 200,000 = 429,342
✓ as published: ${lenet5.published?.source}
`);
});

test("lenet summary --json: the summary as one document", async () => {
  await lenetSummary("lenet5", "--json");
  expect(JSON.parse(stdout)).toEqual(summarise(lenet5));
});

test("lenet summary: an unknown net is the user's mistake, and the nearest name is offered", async () => {
  await expect(lenetSummary("lenet6")).rejects.toThrow(LenetError);
  await expect(lenetSummary("lenet6")).rejects.toThrow('got "lenet6". Did you mean "lenet5"?');
});

test("summarise: every published count that differs from ours is explained", () => {
  for (const { net: known } of nets) {
    const { lines, total } = summarise(known);
    for (const { published } of [...lines, total])
      if (published && !published.agrees) expect(published.slip).toMatch(/\w/);
  }
});

test("summarise: absent connections and statistics are no free parameters, and what works unit by unit is folded", () => {
  const small = net("small", "Small", image(9, 7), [
    conv("A", { maps: 2, field: 3, stride: 2, padding: 1 }),
    relu(),
    dropout("A.drop", 0.5),
    batchNorm("A.norm"),
    conv("B", { maps: 3, field: 2, from: [[0], [1], [0, 1]], biasPer: "unit" }),
    maxPool("P", { field: 2 }),
    sumPool("Q", { field: 1 }),
    dense("OUT", { units: 10 }),
  ]);
  const { lines, total, source } = summarise(small);
  expect(source).toBeNull();
  expect(lines.map((line) => [line.name, line.what, line.parameters, line.connections, line.receptiveField])).toEqual([
    ["A", "conv 3×3 by 2, relu, dropout 0.5", 20, 5 * 4 * 2 * 10, [3, 3]],
    ["A.norm", "batch norm", 4, 0, [3, 3]],
    ["B", "conv 2×2, by table, a bias a unit", 4 * 4 + 3 * 12, 12 * (4 * 4 + 3), [5, 5]],
    ["P", "max pool 2×2", 0, 3 * 2 * 1 * 4, [7, 7]],
    ["Q", "sum pool 1×1", 0, 6, [7, 7]],
    ["OUT", "dense", 70, 70, [9, 7]],
  ]);
  expect(total).toEqual({ parameters: 146, connections: 400 + 228 + 24 + 6 + 70, multiplyAdds: 612, published: null });
});

test("summaryText: a net nobody has counted has no published columns", () => {
  const text = summaryText(summarise({ ...lenet5, published: undefined }));
  expect(text).toContain("layer  what it is              output    parameters  connections  multiply-adds   sees\n");
  expect(text).not.toContain("published");
});

test("lenet summary zipcode1989: a tick at every count, and the units", async () => {
  await lenetSummary("zipcode1989");
  expect(stdout.match(/✓/g)).toHaveLength(2 * 5 + 1 + 1);
  expect(stdout).toContain("units, the input's included: 1,256 ✓\n");
});

test("lenet summary ablation: what was counted otherwise has its reason, and what nobody printed stays empty", async () => {
  await lenetSummary("ablation");
  expect(stdout).toMatch(/^total +61,750 +61,794 ¹ +429,342 +416,520$/m);
  expect(stdout).toContain("¹ total: counts the 44 running means and variances too");
});

test("alignedTable: columns are as wide as their widest cell, and no line ends with a space", () => {
  const table = alignedTable(
    [
      ["a", "count", ""],
      ["long name", "7", ""],
      ["é", "1,234", "end"],
    ],
    ["left", "right"],
  );
  expect(table).toBe("a          count\nlong name      7\né          1,234  end");
});
