// docs/results.md: what is said beside the numbers of claims.
import { expect, test } from "vitest";
import { type Claim, published, shown } from "../../src/lab/claims/claim.ts";
import { type ClaimResult, resultOf } from "../../src/lab/claims/results.ts";
import { resultsPage } from "../../src/lab/claims/results-page.ts";

const claim: Claim = {
  id: "small",
  title: "A small claim",
  source: "a test",
  work: { kind: "training", net: "lenet5", settings: { data: "mnist" } },
  measures: [],
  seeds: 1,
};
const part = { name: "x", count: 1, sha256: { images: "", labels: "" } };
const origins = [{ commit: null, cpu: "", date: "", node: "", arithmetic: "", data: { train: part, test: null } }];

test("a study of settings whose numbers are not judged is compared by their order", () => {
  const study = (count: number): ClaimResult[] =>
    Array.from({ length: count }, (_, index) => {
      const judged = { ...claim, id: `study/${index}`, measures: [shown("test accuracy", 0.9 + index / 100)] };
      return resultOf(judged, [1], [{ "test accuracy": 0.95 + index / 200 }], origins);
    });
  expect(resultsPage({ claims: study(6) })).toContain(
    "The order of these 6 by test accuracy, published and ours: Spearman's rank correlation 1.00",
  );
  expect(resultsPage({ claims: study(5) })).not.toContain("Spearman");
});

test("errors by pass are a table of their own, a row a pass", () => {
  const passes = {
    ...claim,
    measures: [
      shown("test error", 0.01),
      shown("training error after pass 1", 0.04),
      shown("test error after pass 1", 0.02),
      shown("test error after pass 2", 0.015),
    ],
  };
  const measured = passes.measures.map(({ of, published }) => [of, published! + 0.001]);
  const page = resultsPage({ claims: [resultOf(passes, [1], [Object.fromEntries(measured)], origins)] });
  expect(page).toContain("| 1 | 4.00 % | **4.10 %** | 2.00 % | **2.10 %** |\n| 2 | – | – | 1.50 % | **1.60 %** |");
  expect(page).not.toContain("| test error after pass 1 |");
});

test("what was not reached says by how many standard deviations", () => {
  const judged = { ...claim, measures: [published("test error", 0.01)] };
  const pageOf = (...errors: number[]): string => {
    const measured = errors.map((error) => ({ "test error": error }));
    const seeds = errors.map((_, index) => index + 1);
    return resultsPage({
      claims: [
        resultOf(
          judged,
          seeds,
          measured,
          seeds.map(() => origins[0]!),
        ),
      ],
    });
  };
  expect(pageOf(0.012, 0.014, 0.016)).toContain("| **1.40 %** ± 0.20 | 3 | **no** (2.0 σ) |");
  expect(pageOf(0.012)).toContain("| **1.20 %** | 1 | **no** |");
  expect(pageOf(0.008, 0.009)).toContain("| 2 | ✓ |");
});
