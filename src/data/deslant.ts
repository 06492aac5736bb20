// Ink put upright by its second moments, as the digits of 1998 were (section III.A): of a data set's images, and of pictures of
// any size. Pure.

/** How many columns the ink moves a row, and the row of its centre of mass; upright where there is no telling. */
export const leanOf = (image: ArrayLike<number>, width: number): { lean: number; middle: number } => {
  let [mass, sumX, sumY] = [0, 0, 0];
  for (let i = 0; i < image.length; i++) {
    mass += image[i]!;
    sumX += image[i]! * (i % width);
    sumY += image[i]! * Math.floor(i / width);
  }
  const [middleX, middle] = [sumX / mass, sumY / mass];
  let [across, down] = [0, 0];
  for (let i = 0; i < image.length; i++) {
    const dy = Math.floor(i / width) - middle;
    across += image[i]! * ((i % width) - middleX) * dy;
    down += image[i]! * dy * dy;
  }
  return down > 0 ? { lean: across / down, middle } : { lean: 0, middle: 0 };
};

/**
 * Shifts every row so far that ink no longer leans: its covariance of row and column becomes 0. The centre of mass stays.
 * LeCun et al. 1998, III.A ("counting a foreground pixel as 1 and a background pixel as 0"; we count a grey pixel by its
 * share of ink). Between two pixels a row is linear; outside of the image (rows of `width`) it is background, and what
 * ink comes there is lost.
 */
export const deslanted = (image: ArrayLike<number>, width: number): Float64Array => {
  const result = new Float64Array(image.length);
  const { lean, middle } = leanOf(image, width);
  for (let y = 0; y < image.length / width; y++) {
    const shift = lean * (y - middle);
    const whole = Math.floor(shift);
    const share = shift - whole;
    const inkAt = (x: number): number => (x >= 0 && x < width ? image[y * width + x]! : 0);
    for (let x = 0; x < width; x++)
      result[y * width + x] = inkAt(x + whole) * (1 - share) + inkAt(x + whole + 1) * share;
  }
  return result;
};
