import { type DeadLetterList, type DeadLetterSummary, type ListDeadLetters } from '#contracts';
import { type RpcClient, type Trace } from '#messaging';
import { type GatewayConfig } from '../config.js';
import { DeadLettersClient } from './dead-letters.client.js';

const letter = (second: number): DeadLetterSummary =>
  ({ id: `msg_${second}`, failedAt: `2026-11-25T10:00:0${second}.000Z` }) as DeadLetterSummary;

/** Asks order, payment and stock, whose pages these are, for two. */
function list(...pages: readonly DeadLetterList[]): Promise<DeadLetterList> {
  const left = [...pages];
  const rpc = { call: () => Promise.resolve(left.shift()) } as unknown as RpcClient;
  const config = { callOptions: () => ({}) } as unknown as GatewayConfig;
  const asked: ListDeadLetters = { limit: 2 };
  return new DeadLettersClient(rpc, config).list(undefined, asked, {} as Trace);
}
const none: DeadLetterList = { data: [], more: false };

describe('a page of what the services keep', () => {
  it.each<[string, DeadLetterList[]]>([
    ['one of them is just full', [{ data: [letter(2), letter(1)], more: false }, none, none]],
    ['those of two fill it', [{ data: [letter(1)], more: false }, { data: [letter(2)], more: false }, none]],
  ])('is the last one when %s', async (_, pages) => {
    expect(await list(...pages)).toEqual({ data: [letter(2), letter(1)], more: false });
  });

  it.each<[string, DeadLetterList[]]>([
    ['a service has more', [{ data: [letter(2), letter(1)], more: true }, none, none]],
    [
      'there are more than asked for',
      [{ data: [letter(1), letter(0)], more: false }, { data: [letter(2)], more: false }, none],
    ],
    ['a service that does not say has given as many', [{ data: [letter(2), letter(1)] }, none, none]],
  ])('is followed by another when %s', async (_, pages) => {
    expect(await list(...pages)).toEqual({ data: [letter(2), letter(1)], more: true });
  });
});
