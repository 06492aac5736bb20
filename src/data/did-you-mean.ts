// The known word that a mistyped one most resembles.

/** Number of letters to change, add or drop to get from `a` to `b`. */
const distance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length];
};

/** ` Did you mean X?` for the known word within a third of the letters of `word`, or nothing. */
export const didYouMean = (word: string, known: readonly string[]): string => {
  const near = (candidate: string) => distance(word.slice(0, 100).toLowerCase(), candidate);
  const best = [...known].sort((a, b) => near(a) - near(b))[0];
  return best !== undefined && near(best) <= Math.ceil(best.length / 3) ? ` Did you mean ${best}?` : "";
};
