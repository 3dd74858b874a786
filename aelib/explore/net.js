// A small dense network: what a model of the course computes, computed in the browser.

import { at } from "./numbers.js";

export const sigmoid = (s) => 1 / (1 + Math.exp(-s));

const ACTIVATIONS = {
  linear: (s) => s,
  relu: (s) => Math.max(0, s),
  sigmoid,
  silu: (s) => s * sigmoid(s),
  tanh: Math.tanh,
};

// The outputs of layers { weight, bias, activation } for one input.
export function forward(layers, x) {
  return layers.reduce((h, layer) => answer(layer, h), x);
}

function answer({ weight, bias, activation }, h) {
  const f = ACTIVATIONS[activation];
  const rows = (weight.rows ??= Array.from(bias.values, (_, i) => at(weight, i)));
  return Float32Array.from(bias.values, (b, i) => f(b + product(rows[i], h)));
}

function product(w, h) {
  let total = 0;
  for (let k = 0; k < h.length; k++) total += w[k] * h[k];
  return total;
}
