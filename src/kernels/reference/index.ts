// The meaning of every kernel, in plain loops over float32 or float64: the oracle the fast ones must agree with.
import type { Kernels } from "../contract.ts";
import * as conv from "./conv.ts";
import * as dense from "./dense.ts";
import * as elementwise from "./elementwise.ts";
import * as loss from "./loss.ts";
import * as norm from "./norm.ts";
import * as optimise from "./optimise.ts";
import * as pool from "./pool.ts";
import * as rbf from "./rbf.ts";

const { SQUASH: _, dropLimit: __, ...units } = elementwise;

export const reference: Kernels = {
  ...conv,
  convScratch: () => 0,
  ...dense,
  ...pool,
  ...units,
  ...norm,
  ...rbf,
  ...loss,
  ...optimise,
};
