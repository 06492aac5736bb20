// Names for the cells of a sweep, easier to speak of than numbers: `calm-harbour-7`. The number alone decides.
import { mix } from "../../../random.ts";

const adjectives =
  "amber bold brisk calm clear coastal copper crisp deep early eastern fair fine fresh gentle golden grand green hidden high lively lunar misty mild noble northern quiet rapid silver stony sunny swift".split(
    " ",
  );
const nouns =
  "anchor birch bridge brook canyon cedar cliff cloud coast delta dune falcon fern field forest garden grove harbour heron hill island lagoon lake maple meadow orchard pebble pine reef river valley willow".split(
    " ",
  );

/** The name of cell `number`, from 1. */
export const cellName = (number: number): string => {
  const bits = mix(number);
  return `${adjectives[bits % adjectives.length]}-${nouns[(bits >>> 8) % nouns.length]}-${number}`;
};
