// Ways down from noise for one point, as in aelib.diffusion: where it is at each level,
// and what the denoiser guesses there.

import { forward } from "./net.js";

// From sigmas[0] down to 0: along the flow, or with fresh noise from `normal()`.
export function annealed(denoise, start, sigmas, normal = null) {
  const path = [{ x: start, guess: denoise(start, sigmas[0]) }];
  for (let k = 1; k < sigmas.length; k++) {
    const x = lowered(denoise, path[k - 1], sigmas[k - 1], sigmas[k], normal);
    path.push({ x, guess: sigmas[k] > 0 ? denoise(x, sigmas[k]) : x });
  }
  return path;
}

function lowered(denoise, { x, guess }, high, low, normal) {
  if (low === 0) return guess;
  if (normal) {
    const down = low ** 2 / high;
    const up = Math.sqrt(low ** 2 - down ** 2);
    return x.map((value, i) => guess[i] + (down / high) * (value - guess[i]) + up * normal());
  }
  // Heun's rule: the mean of the slopes at both ends.
  const slope = x.map((value, i) => (value - guess[i]) / high);
  const end = x.map((value, i) => value + (low - high) * slope[i]);
  const there = denoise(end, low);
  const mean = slope.map((each, i) => (each + (end[i] - there[i]) / low) / 2);
  return x.map((value, i) => value + (low - high) * mean[i]);
}

// At one level: each guess is the next point.
export function climbed(denoise, start, sigma, steps) {
  const path = [{ x: start, guess: denoise(start, sigma) }];
  while (path.length <= steps) {
    const x = path.at(-1).guess;
    path.push({ x, guess: denoise(x, sigma) });
  }
  return path;
}

// The best denoiser of Gaussian spots of one spread.
export const exactDenoiser = (spots, spread) => (x, sigma) => {
  const variance = spread ** 2 + sigma ** 2;
  const squares = spots.map((spot) => x.reduce((sum, v, i) => sum + (v - spot[i]) ** 2, 0));
  const least = Math.min(...squares);
  const chances = squares.map((square) => Math.exp((least - square) / (2 * variance)));
  const total = chances.reduce((sum, chance) => sum + chance, 0);
  return x.map((value, i) => {
    const mean = spots.reduce((sum, spot, k) => sum + chances[k] * spot[i], 0) / total;
    return (spread ** 2 * value + sigma ** 2 * mean) / variance;
  });
};

// A trained Denoiser of ten classes, told one of them; 10 withholds it.
export const toldClass = (layers, label) => (x, sigma) => {
  const size = Math.sqrt(1 + sigma ** 2);
  const told = Array.from({ length: 11 }, (_, k) => Number(k === label));
  const seen = [...x.map((value) => value / size), Math.log(sigma) / 4, ...told];
  const said = forward(layers, seen);
  return x.map((value, i) => value / size ** 2 + (sigma / size) * said[i]);
};

export const guided = (layers, label, weight) => {
  const [asked, free] = [toldClass(layers, label), toldClass(layers, 10)];
  return (x, sigma) => {
    const [one, any] = [asked(x, sigma), free(x, sigma)];
    return any.map((value, i) => value + weight * (one[i] - value));
  };
};

// Normal numbers, the same ones for the same seed.
export function normals(seed) {
  let state = seed;
  const uniform = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}
