import { createHmac, timingSafeEqual } from 'node:crypto';
import { Rejected } from '#contracts';

const MAC_BYTES = 16;
const MAX_LENGTH = 300;

/** What a cursor belongs to: the name of the list and the filters it was asked with. */
export type ListKey = readonly (string | undefined)[];

/** Cursors that only we can make: a position in a list, signed together with the list that it belongs to. */
export class Cursors {
  constructor(private readonly secret: string) {}

  write(list: ListKey, position: string): string {
    return Buffer.concat([this.#mac(list, position), Buffer.from(position)]).toString('base64url');
  }

  read(list: ListKey, cursor: string): string {
    const bytes = Buffer.from(cursor.length <= MAX_LENGTH ? cursor : '', 'base64url');
    const position = bytes.subarray(MAC_BYTES).toString();
    const signed =
      bytes.length > MAC_BYTES && timingSafeEqual(bytes.subarray(0, MAC_BYTES), this.#mac(list, position));
    // Base64 has several spellings of the same bytes; only ours is taken.
    if (!signed || bytes.toString('base64url') !== cursor) {
      const detail = 'must be a nextCursor of this list, asked with the same filters';
      throw new Rejected('cursor-invalid', { errors: [{ pointer: '/query/cursor', detail }] });
    }
    return position;
  }

  #mac(list: ListKey, position: string): Buffer {
    const signed = JSON.stringify([...list.map((part) => part ?? null), position]);
    return createHmac('sha256', this.secret).update(signed).digest().subarray(0, MAC_BYTES);
  }
}
