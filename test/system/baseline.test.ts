// lenet baseline from outside: data to stdout, words to stderr, the paper's figures beside ours, and Ctrl-C.
import { tmpdir } from "node:os";
import { expect, it } from "vitest";
import { lenet, start } from "./support/lenet.ts";

it("stands beside the paper, as a table and as JSON, with the same figures.", async () => {
  const words = ["baseline", "linear", "--limit", "3000"];
  const [table, json] = [await lenet(words, tmpdir()), await lenet([...words, "--json"], tmpdir())];
  expect([table.code, json.code]).toEqual([0, 0]);
  const result = JSON.parse(json.stdout);
  expect(result.images).toEqual({ train: 2_500, validation: 500, test: 10_000 });
  expect(result.errorRate).toBeLessThan(0.25);
  expect(table.stdout).toContain(`test error                ${(result.errorRate * 100).toFixed(2)} %  12.00 %`);
  expect(table.stdout).toMatch(/variables +7,850 +4,000/);
  expect(table.stderr).toContain("linear: choosing");
});

it("says which classifiers there are.", async () => {
  const ended = await lenet(["baseline", "knnn"], tmpdir());
  expect(ended).toMatchObject({ code: 2, stdout: "" });
  expect(ended.stderr).toBe(
    'baseline: expected one of linear, pairwise, knn, pca-quadratic, rbf, got "knnn". Did you mean "knn"?\n',
  );
});

it("ends when it is interrupted, with 130.", async () => {
  const running = start(["baseline", "knn"], tmpdir());
  running.child.stderr!.once("data", () => running.child.kill("SIGINT"));
  const { code, stdout } = await running.ended;
  expect([code, stdout]).toEqual([130, ""]);
});
