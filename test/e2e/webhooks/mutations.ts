import fc from 'fast-check';
import { type Call, newSecret, signedCall } from './signed.js';

type Name = 'webhook-id' | 'webhook-timestamp' | 'webhook-signature';
const NAMES: readonly Name[] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'];

export interface Mutation {
  readonly name: string;
  readonly call: Call;
}

/** An authentic call that was recorded, another one of the same sender, and what whoever has both can make of them. */
interface Recorded {
  readonly call: Call;
  readonly other: Call;
}

type Mutate = (recorded: Recorded, pick: Pick) => Call;

/** Choices of one case, all from its seed. */
interface Pick {
  readonly at: number;
  readonly byte: number;
  readonly name: Name;
  readonly seconds: number;
}

const headerOf = ({ headers }: Call, name: Name): string =>
  headers.find(([one]) => one === name)?.[1] as string;

function withHeader(call: Call, name: Name, ...values: string[]): Call {
  const headers = call.headers.flatMap(([one, value]) =>
    one === name ? values.map((now) => [one, now] as const) : [[one, value] as const],
  );
  return { ...call, headers };
}

const withBody = (call: Call, ...parts: (Buffer | string)[]): Call => ({
  ...call,
  body: Buffer.concat(parts.map((part) => Buffer.from(part))),
});

/** Another byte at some place, of the class that `bytes` names. */
const changed =
  (bytes: string | Buffer): Mutate =>
  ({ call }, { at, byte }) => {
    const choices = Buffer.from(bytes).filter((one) => one !== call.body[at % call.body.length]);
    const body = Buffer.from(call.body);
    body[at % body.length] = choices[byte % choices.length] as number;
    return { ...call, body };
  };

/** Another letter or digit somewhere in a header. */
const altered =
  (name: Name): Mutate =>
  ({ call }, { at, byte }) => {
    const value = headerOf(call, name);
    // The version in front of a signature has cases of its own.
    const from = name === 'webhook-signature' ? 3 : 0;
    const place = from + (at % (value.length - from));
    const choices = [...'0123456789abcXYZ'].filter((one) => one !== value[place]);
    const now = value.slice(0, place) + choices[byte % choices.length] + value.slice(place + 1);
    return withHeader(call, name, now);
  };

const signature =
  (change: (value: string, other: string) => string): Mutate =>
  ({ call, other }) =>
    withHeader(
      call,
      'webhook-signature',
      change(headerOf(call, 'webhook-signature'), headerOf(other, 'webhook-signature')),
    );

const WRONG_SECRETS = Array.from({ length: 8 }, newSecret);

/** Every way to change a call that must not go unnoticed. */
export const MUTATIONS: Readonly<Record<string, Mutate>> = {
  'a letter of the body': changed('abcdefghijXYZ'),
  'a digit of the body': changed('0123456789'),
  'a quote, brace or colon in the body': changed('"{}[]:,\\'),
  'white space in the body': changed(' \t\r\n'),
  'a NUL or control byte in the body': changed(Buffer.from([0, 1, 7, 27, 127])),
  'a byte that is no UTF-8 in the body': changed(Buffer.from([0x80, 0xc3, 0xe2, 0xff])),
  'a longer body': ({ call }, { at }) => withBody(call, call.body, ' '.repeat(1 + (at % 9))),
  'a shorter body': ({ call }, { at }) => withBody(call, call.body.subarray(0, at % call.body.length)),
  'a byte before the body': ({ call }) => withBody(call, '\ufeff', call.body),
  'the same JSON in other bytes': ({ call }) =>
    withBody(call, JSON.stringify(JSON.parse(String(call.body)), null, 1)),
  'the body of another call': ({ call, other }) => ({ ...call, body: other.body }),
  'the id': altered('webhook-id'),
  'the time': altered('webhook-timestamp'),
  'the signature': altered('webhook-signature'),
  'a longer id': ({ call }, { byte }) =>
    withHeader(call, 'webhook-id', `${headerOf(call, 'webhook-id')}${byte}`),
  'the time moved': ({ call }, { seconds }) =>
    withHeader(call, 'webhook-timestamp', String(Number(headerOf(call, 'webhook-timestamp')) + seconds)),
  'the time in other words': ({ call }, { at }) => {
    const value = headerOf(call, 'webhook-timestamp');
    const words = [
      `${value}.0`,
      `0${value}`,
      `+${value}`,
      `${value}x`,
      `${value}e0`,
      `${value}000`,
      `0x${value}`,
    ];
    return withHeader(call, 'webhook-timestamp', words[at % words.length] as string);
  },
  'a header missing': ({ call }, { name }) => withHeader(call, name),
  'a header empty': ({ call }, { name }) => withHeader(call, name, ''),
  'a header twice': ({ call }, { name }) =>
    withHeader(call, name, headerOf(call, name), headerOf(call, name)),
  'a header twice, once of another call': ({ call, other }, { name, at }) => {
    const both = [headerOf(call, name), headerOf(other, name)];
    return withHeader(call, name, ...(at % 2 ? both : both.reverse()));
  },
  'the id of another call': ({ call, other }) =>
    withHeader(call, 'webhook-id', headerOf(other, 'webhook-id')),
  'the signature of another call': signature((_, other) => other),
  'two headers swapped': ({ call }, { name }) => {
    const next = NAMES[(NAMES.indexOf(name) + 1) % NAMES.length] as Name;
    return withHeader(withHeader(call, name, headerOf(call, next)), next, headerOf(call, name));
  },
  'another version': ({ call }, { at }) => {
    const versions = ['v2', 'v0', 'v1a', 'v', 'V1', '1', 'v11', ''];
    const value = headerOf(call, 'webhook-signature').slice(3);
    return withHeader(call, 'webhook-signature', `${versions[at % versions.length]},${value}`);
  },
  'no version': signature((value) => value.slice(3)),
  'only a version': signature(() => 'v1,'),
  'the signature in hex': signature((value) => `v1,${Buffer.from(value.slice(3), 'base64').toString('hex')}`),
  'the signature without padding': signature((value) => value.replace('=', '')),
  'the signature and more': signature((value) => `${value},${value}`),
  'the signature cut short': ({ call }, { at }) => {
    const value = headerOf(call, 'webhook-signature');
    return withHeader(call, 'webhook-signature', value.slice(0, 3 + (at % (value.length - 3))));
  },
  'a wrong secret': ({ call }, { at }) =>
    signedCall(WRONG_SECRETS[at % WRONG_SECRETS.length] as string, String(call.body)),
};

/** The same cases for the same seed, each kind as often as any other. */
export function mutationsOf(recorded: readonly Recorded[], count: number, seed: number): Mutation[] {
  const pick: fc.Arbitrary<Pick> = fc.record({
    at: fc.nat(),
    byte: fc.nat(255),
    name: fc.constantFrom(...NAMES),
    seconds: fc.oneof(fc.integer({ min: 1, max: 600 }), fc.integer({ min: -600, max: -1 })),
  });
  const kinds = Object.entries(MUTATIONS);
  return fc.sample(pick, { seed, numRuns: count }).map((picked, i) => {
    const [name, mutate] = kinds[i % kinds.length] as (typeof kinds)[number];
    return { name, call: mutate(recorded[i % recorded.length] as Recorded, picked) };
  });
}
