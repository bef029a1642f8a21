/** How long to wait before the next attempt to connect: doubling from one second to half a minute, with some chance in it. */

const FIRST = 1000;
const LONGEST = 30000;

/** Return milliseconds before attempt `number` (the first is 0); `chance` is between 0 and 1. */
export function pauseBefore(number, chance = Math.random()) {
  const longest = Math.min(LONGEST, FIRST * 2 ** Math.min(number, 10));
  return Math.round(longest * (0.5 + chance / 2));
}
