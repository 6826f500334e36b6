import { type Driver } from './driver.js';
import { capturing } from './lives/capturing.js';
import { changing } from './lives/changing.js';
import { type Life } from './lives/life.js';
import { moving } from './lives/moving.js';
import { paying } from './lives/paying.js';
import { returning } from './lives/returning.js';

const LIVES = [...paying, ...changing, ...capturing, ...returning, ...moving];
const TOTAL = LIVES.reduce((sum, [weight]) => sum + weight, 0);

export function anyLife({ random }: Driver): Life {
  let left = random.next() * TOTAL;
  for (const [weight, , life] of LIVES) {
    left -= weight;
    if (left < 0) return life;
  }
  throw new Error('the weights of the lives have another sum');
}
