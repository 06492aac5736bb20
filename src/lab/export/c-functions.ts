// The layers in C99, a function each: plain loops over (map, row, column), as in src/kernels/reference. A file gets those that its net
// calls, as a compiler would warn of the others.
import { SQUASH } from "../../kernels/reference/elementwise.ts";

const functions: Readonly<Record<string, string>> = {
  convolve: `/* Units see field x field squares, stride apart, of all maps; outside the maps everything is \`padding_value\`. */
static void convolve(int maps, int rows, int columns, int field, int stride, int padding, float padding_value,
                     const float *weight, const float *bias, int bias_per_unit, int out_maps, int out_rows,
                     int out_columns, const float *in, float *out) {
  for (int k = 0; k < out_maps; k++)
    for (int y = 0; y < out_rows; y++)
      for (int x = 0; x < out_columns; x++) {
        const int unit = (k * out_rows + y) * out_columns + x;
        float sum = bias[bias_per_unit ? unit : k];
        for (int m = 0; m < maps; m++)
          for (int ky = 0; ky < field; ky++)
            for (int kx = 0; kx < field; kx++) {
              const int row = y * stride + ky - padding;
              const int column = x * stride + kx - padding;
              const int inside = row >= 0 && row < rows && column >= 0 && column < columns;
              const float value = inside ? in[(m * rows + row) * columns + column] : padding_value;
              sum += weight[((k * maps + m) * field + ky) * field + kx] * value;
            }
        out[unit] = sum;
      }
}
`,
  join: `/* Each unit is the weighted sum of all inputs. */
static void join(int inputs, int units, const float *weight, const float *bias, const float *in, float *out) {
  for (int k = 0; k < units; k++) {
    float sum = bias[k];
    for (int i = 0; i < inputs; i++) sum += weight[k * inputs + i] * in[i];
    out[k] = sum;
  }
}
`,
  square_sum: `/* The sum of a field x field square whose first unit is \`in\`. */
static float square_sum(int columns, int field, const float *in) {
  float sum = 0.0f;
  for (int y = 0; y < field; y++)
    for (int x = 0; x < field; x++) sum += in[y * columns + x];
  return sum;
}
`,
  subsample: `/* Sums of squares side by side, times the coefficient of the map, plus its bias. */
static void subsample(int maps, int rows, int columns, int field, const float *coefficient, const float *bias,
                      const float *in, float *out) {
  for (int m = 0; m < maps; m++)
    for (int y = 0; y + field <= rows; y += field)
      for (int x = 0; x + field <= columns; x += field)
        *out++ = coefficient[m] * square_sum(columns, field, in + (m * rows + y) * columns + x) + bias[m];
}
`,
  pool: `/* Sums of squares side by side, times \`factor\`. */
static void pool(int maps, int rows, int columns, int field, float factor, const float *in, float *out) {
  for (int m = 0; m < maps; m++)
    for (int y = 0; y + field <= rows; y += field)
      for (int x = 0; x + field <= columns; x += field)
        *out++ = factor * square_sum(columns, field, in + (m * rows + y) * columns + x);
}
`,
  largest: `/* The largest of each square. */
static void largest(int maps, int rows, int columns, int field, const float *in, float *out) {
  for (int m = 0; m < maps; m++)
    for (int y = 0; y + field <= rows; y += field)
      for (int x = 0; x + field <= columns; x += field) {
        const float *corner = in + (m * rows + y) * columns + x;
        float best = *corner;
        for (int ky = 0; ky < field; ky++)
          for (int kx = 0; kx < field; kx++)
            if (corner[ky * columns + kx] > best) best = corner[ky * columns + kx];
        *out++ = best;
      }
}
`,
  repeat: `/* Every map several times in a row. */
static void repeat(int maps, int times, int area, const float *in, float *out) {
  for (int m = 0; m < maps * times; m++)
    for (int i = 0; i < area; i++) *out++ = in[m / times * area + i];
}
`,
  scale: `/* Batch norm, its averages folded into a factor and a term for each map. */
static void scale(int maps, int area, const float *factor, const float *term, float *values) {
  for (int m = 0; m < maps; m++)
    for (int i = 0; i < area; i++) values[m * area + i] = values[m * area + i] * factor[m] + term[m];
}
`,
  distances: `/* Penalties: how far the input lies from the code of each class. */
static void distances(int inputs, int classes, float factor, const float *codes, const float *in, float *out) {
  for (int k = 0; k < classes; k++) {
    float sum = 0.0f;
    for (int i = 0; i < inputs; i++) {
      const float difference = in[i] - codes[k * inputs + i];
      sum += difference * difference;
    }
    out[k] = factor * sum;
  }
}
`,
  hyperbolic: `static void hyperbolic(int count, float *values) {
  for (int i = 0; i < count; i++) values[i] = tanhf(values[i]);
}
`,
  squash: `/* The scaled tanh of the papers. */
static void squash(int count, float *values) {
  for (int i = 0; i < count; i++) values[i] = ${SQUASH.amplitude}f * tanhf(${Math.fround(SQUASH.slope).toPrecision(9)}f * values[i]);
}
`,
  relu: `static void relu(int count, float *values) {
  for (int i = 0; i < count; i++)
    if (values[i] < 0.0f) values[i] = 0.0f;
}
`,
  sigmoid: `static void sigmoid(int count, float *values) {
  for (int i = 0; i < count; i++) values[i] = 1.0f / (1.0f + expf(-values[i]));
}
`,
  add: `static void add(int count, const float *values, float *sums) {
  for (int i = 0; i < count; i++) sums[i] += values[i];
}
`,
};

/** The functions that this code calls, and those that they call, in the order of the list above. */
export const functionsFor = (code: string): string => {
  const calls = (text: string, name: string): boolean => new RegExp(`\\b${name}\\(`).test(text);
  const direct = Object.keys(functions).filter((name) => name === "add" || calls(code, name));
  const needed = Object.entries(functions).filter(
    ([name]) => direct.includes(name) || direct.some((caller) => calls(functions[caller]!, name)),
  );
  return needed.map(([, text]) => text).join("\n");
};
