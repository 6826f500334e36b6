const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/** The time in an id of ours: the first 48 bits of its UUIDv7. Without one, the beginning of time. */
export function createdAt(id: string): Date {
  const letters = id.slice(id.indexOf('_') + 1).slice(0, 10);
  let ms = 0;
  for (const letter of letters) ms = ms * 32 + ALPHABET.indexOf(letter);
  return new Date(Number.isSafeInteger(ms) && ms > 0 ? ms : 0);
}
