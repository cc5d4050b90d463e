/**
 * Puts each dot in the first row of its lane where its line stays `gap` away from the line before it, so that two never read as
 * one; so a lane is as high as it must be. All lengths are in the unit of the dots. A dot with a name begins a row, with `free`
 * rows above it that nothing stands in.
 */
export function packed(dots, free, gap) {
  const ends = [];
  return [...dots].sort((a, b) => a.low - b.low).map((dot) => {
    const found = dot.name ? -1 : ends.findIndex((end) => end + gap <= dot.low);
    if (dot.name && (ends.length || free > 1)) ends.push(...Array(free).fill(Infinity));
    const row = found < 0 ? ends.length : found;
    ends[row] = dot.high;
    return { ...dot, row };
  });
}
