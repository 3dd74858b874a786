// Numbers as they are sent: one long string for each array, squeezed.

const KINDS = {
  u8: (bytes) => bytes,
  i8: (bytes) => new Int8Array(bytes.buffer),
  i14: joined,
};

// Whole numbers of two bytes: all the low bytes come first, then all the high ones.
function joined(bytes) {
  const count = bytes.length / 2;
  return Int16Array.from({ length: count }, (_, k) => bytes[k] + 256 * bytes[count + k]);
}

// Unpack every array in a state, however deep: { shape, values }, values in floats.
export async function unpack(state) {
  if (Array.isArray(state)) return Promise.all(state.map(unpack));
  if (state === null || typeof state !== "object") return state;
  if (state.squeezed) return unsqueezed(state);
  const entries = Object.entries(state).map(async ([name, part]) => [
    name,
    await unpack(part),
  ]);
  return Object.fromEntries(await Promise.all(entries));
}

async function unsqueezed({ squeezed, kind, scale, shape }) {
  const bytes = Uint8Array.from(atob(squeezed), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream();
  const whole = stream.pipeThrough(new DecompressionStream("deflate"));
  const numbers = KINDS[kind](new Uint8Array(await new Response(whole).arrayBuffer()));
  return { shape, values: Float32Array.from(numbers, (value) => scale * value) };
}

// The part of an array at one place of its first axes: at(images, 3) is the fourth. It is
// the same object each time, so that what was made of it can be kept.
export function at(array, ...places) {
  const { shape, values } = array;
  const size = shape.slice(places.length).reduce((a, b) => a * b, 1);
  const place = places.reduce((sum, each, axis) => sum * shape[axis] + each, 0);
  const parts = (array.parts ??= new Map());
  const key = `${places.length} ${place}`;
  if (!parts.has(key)) parts.set(key, values.subarray(place * size, (place + 1) * size));
  return parts.get(key);
}

export const sum = (values) => values.reduce((total, value) => total + value, 0);

// Sum of squared differences of two images.
export function squaredError(a, b) {
  let total = 0;
  for (let k = 0; k < a.length; k++) total += (a[k] - b[k]) ** 2;
  return total;
}
