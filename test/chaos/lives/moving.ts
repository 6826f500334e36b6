import { LOCATIONS, SPREAD } from '../shelves.js';
import { type Lives } from './life.js';

/** What is done to the goods themselves, while orders want them. */
export const moving: Lives = [
  [
    6,
    'brings goods',
    (driver) => driver.receive(SPREAD, driver.random.oneOf(LOCATIONS), driver.random.between(10, 80)),
  ],
  [
    6,
    'carries goods from one place to another',
    (driver) => {
      const from = driver.random.oneOf(LOCATIONS);
      const to = driver.random.oneOf(LOCATIONS.filter((location) => location !== from));
      return driver.transfer(SPREAD, { from, to, quantity: driver.random.between(1, 30) });
    },
  ],
];
