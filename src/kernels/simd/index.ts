// The WebAssembly module: every fast kernel, one export each. Its memory is given to it (the arena); it keeps no state.

export { f32_relu_backward, f32_relu_forward, f32_tanh_backward, f32_tanh_forward } from "./activation";
export { f32_conv_backward_input } from "./conv-backward-input";
export { f32_conv_backward_weight } from "./conv-backward-weight";
export { pad as f32_pad, tile_2x16, tile_4x8 } from "./tiles";
export { columns_2x16, columns_3x12, taps_3x3 } from "./conv-columns";
export { f32_conv_forward } from "./conv-forward";
export { add_patches, f32_table, take_patches } from "./conv-table";
export { f32_dense_backward_input, f32_dense_backward_weight, f32_dense_forward } from "./dense";
export { f32_distort, u8_distort } from "./distort";
export { f32_cross_entropy, f32_mean_squared, f32_penalties, f32_softmax } from "./loss";
export { f32_norm_backward_input, f32_norm_backward_sums, f32_norm_forward, f32_norm_moments } from "./norm";
export { f32_adam, f32_add_up, f32_outer_step, f32_sdlm, f32_sgd, f32_square } from "./optimise";
export { f32_max_pool_backward, f32_max_pool_forward, f32_sum_pool_backward, f32_sum_pool_forward } from "./pool";
export { f32_rbf_backward, f32_rbf_forward } from "./rbf";
export { f32_madd, f32_roof } from "./roof";
export { f32_subsample_backward, f32_subsample_forward } from "./subsample";
export { f32_winograd_backward, f32_winograd_forward } from "./winograd";
export { products_four, products_three, products_to_weight } from "./winograd-products";
export { bandsToLines, bandToColumns, columnsToBand, linesToBands, transformGradient, transformOutput } from "./winograd-transforms";
export { f32_dropout, f32_pixels, f32_repeat_backward, f32_repeat_forward, f32_unit_bias_forward, u8_pixels } from "./unit";
