// The two ways to add products.

/**
 * How products are added: "fused" rounds a × b + c once, "plain" rounds the product and the sum. IEEE 754 defines both to the
 * last bit, so each gives the same weights on every machine that has it; but not the same as the other.
 */
export type Arithmetic = "fused" | "plain";

export const arithmetics = ["fused", "plain"] as const;
