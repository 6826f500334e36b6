import { Matches } from 'class-validator';
import { randomBytes } from './random.js';

/** Ids as clients, logs and databases see them: a prefix and a UUIDv7 in 26 letters of Crockford's base 32 (TypeID 0.3). */
export type IdPrefix = 'ord' | 'pay' | 'ref' | 'ret' | 'rsv' | 'evt' | 'imp' | 'req' | 'msg' | 'rdv';

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const SUFFIX = '[0-7][0-9a-hjkmnp-tv-z]{25}';

/** Sorts by time of creation; two ids of one millisecond in one process keep their order. */
export function newId<P extends IdPrefix>(prefix: P): `${P}_${string}` {
  return `${prefix}_${base32(uuidv7Bytes())}`;
}

/** No id that was made at this time or later sorts before it. */
export function firstIdAt<P extends IdPrefix>(prefix: P, ms: number): `${P}_${string}` {
  const bytes = new Uint8Array(16);
  writeTime(bytes, Math.max(0, ms));
  return `${prefix}_${base32(bytes)}`;
}

export function IsId(prefix: IdPrefix): PropertyDecorator {
  return Matches(new RegExp(`^${prefix}_${SUFFIX}$`), {
    message: `must be an id such as ${prefix}_${'0'.repeat(26)}`,
  });
}

export function isId(prefix: IdPrefix, value: string): boolean {
  return new RegExp(`^${prefix}_${SUFFIX}$`).test(value);
}

/** When it was made, to the millisecond: the first ten letters after the prefix. Undefined for what is no id. */
export function timeOfId(id: string): Date | undefined {
  const [, letters] = /^[a-z]{3}_([0-7][0-9a-hjkmnp-tv-z]{9})/.exec(id) ?? [];
  if (letters === undefined) return undefined;
  return new Date([...letters].reduce((ms, letter) => ms * 32 + ALPHABET.indexOf(letter), 0));
}

let lastMs = 0;
let sequence = 0;

/** RFC 9562, section 5.7; rand_a is a counter (section 6.2, method 1), so ids of one process never go back. */
function uuidv7Bytes(): Uint8Array {
  const bytes = randomBytes(16);
  const now = Date.now();
  if (now > lastMs) {
    lastMs = now;
    sequence = (((bytes[6] as number) & 0x07) << 8) | (bytes[7] as number);
  } else if (++sequence > 0xfff) {
    lastMs++;
    sequence = 0;
  }
  writeTime(bytes, lastMs);
  bytes[6] = 0x70 | (sequence >> 8);
  bytes[7] = sequence & 0xff;
  bytes[8] = 0x80 | ((bytes[8] as number) & 0x3f);
  return bytes;
}

function writeTime(bytes: Uint8Array, time: number): void {
  let ms = time;
  for (let i = 5; i >= 0; i--) {
    bytes[i] = ms % 256;
    ms = Math.floor(ms / 256);
  }
}

/** 128 bits as 26 letters, most significant first; the first letter carries three bits. */
function base32(bytes: Uint8Array): string {
  let out = '';
  let bits = 2;
  let value = 0;
  for (const byte of bytes) {
    value = (value << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      out += ALPHABET[(value >> bits) & 31];
    }
    value &= (1 << bits) - 1;
  }
  return out;
}
