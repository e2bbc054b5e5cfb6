/** Chance from a seed: the same seed and name give the same numbers on every machine. */

export interface Random {
  /** From 0 up to, not including, 1, in steps of 2^-32. */
  next(): number;
}

/** sfc32, a small generator that passes PractRand; `name` keeps the streams of two worlds apart. */
export function seededRandom(seed: number, name: string): Random {
  let [a, b, c, counter] = [seed | 0, nameHash(name), 0x9e3779b9 | 0, 1];
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
  // Neighbouring seeds need a few turns to part.
  for (let turn = 0; turn < 16; turn++) next();
  return { next };
}

/** FNV-1a. */
function nameHash(name: string): number {
  let hash = 0x811c9dc5 | 0;
  for (const char of name) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193);
  return hash;
}
