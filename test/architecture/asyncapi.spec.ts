import { Ajv } from 'ajv';
import * as contracts from '#contracts';
import { bundle, EVENT_LOG, EXCHANGES, type Message } from '#messaging';
import { read } from './files.js';

interface Reference {
  readonly $ref: string;
}

interface Document {
  readonly asyncapi: string;
  readonly channels: Record<
    string,
    {
      readonly address: string | null;
      readonly messages: Record<string, Reference>;
      readonly bindings: { readonly amqp: { readonly exchange?: { readonly name: string } } };
    }
  >;
  readonly operations: Record<
    string,
    {
      readonly action: 'send' | 'receive';
      readonly channel: Reference;
      readonly messages: readonly Reference[];
      readonly reply?: { readonly channel: Reference; readonly messages: readonly Reference[] };
    }
  >;
  readonly components: {
    readonly messages: Record<string, { readonly name: string; readonly payload: object }>;
  };
}

const document = JSON.parse(read('docs/asyncapi.json')) as Document;
/** As published by the AsyncAPI initiative, without the ids that would have it fetched. */
const OFFICIAL = JSON.parse(read('node_modules/@asyncapi/specs/schemas/3.0.0-without-$id.json')) as object;
const shared = Object.values(contracts.DEAD_LETTERS).flatMap((those) => Object.values(those));
const all = [...Object.values(contracts as Record<string, unknown>), ...shared].filter(isContract);
const OTHERS = [
  ['notice', null, EXCHANGES.reply],
  ['events', EVENT_LOG, undefined],
];
const lastOf = ({ $ref }: Reference) => $ref.split('/').at(-1) as string;

describe('docs/asyncapi.json', () => {
  it('is what the schema of AsyncAPI allows', () => {
    const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
    const isValid = ajv.compile(OFFICIAL);
    isValid(document);
    expect(isValid.errors).toBeNull();
    const broken = structuredClone(document) as { channels: Record<string, { bindings: object }> };
    (broken.channels[EVENT_LOG] as { bindings: object }).bindings = { amqp: { is: 'stream' } };
    expect(isValid(broken)).toBe(false);
  });

  it('is of version 3, and has nothing that leads nowhere', () => {
    expect(document.asyncapi).toBe('3.0.0');
    for (const [, pointer] of JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)) {
      const target = (pointer as string)
        .split('/')
        .reduce<unknown>((part, name) => (part as Record<string, unknown> | undefined)?.[name], document);
      expect([pointer, typeof target]).toEqual([pointer, 'object']);
    }
  });

  it('has every contract as a message of a channel, with its exchange and routing key', () => {
    const found = Object.values(document.channels).flatMap(({ address, messages, bindings }) =>
      Object.keys(messages).map((name) => [name, address, bindings.amqp.exchange?.name]),
    );
    const expected = all.flatMap(({ kind, name, service }): unknown[][] => {
      if (kind === 'event') return [[name, name, EXCHANGES.events]];
      if (kind === 'command') return [[name, service, EXCHANGES.commands]];
      return [
        [name, service, EXCHANGES.rpc],
        [`${name}.answer`, null, EXCHANGES.reply],
      ];
    });
    const words = (rows: unknown[][]) => rows.map((row) => row.join(' ')).sort();
    expect(words(found)).toEqual(words([...expected, ...OTHERS]));
  });

  it('has operations on messages of their channels only, and replies to questions only', () => {
    for (const { channel, messages, reply } of Object.values(document.operations)) {
      const names = messages.map(lastOf);
      expect(messages.map(({ $ref }) => $ref)).toEqual(
        names.map((name) => `${channel.$ref}/messages/${name}`),
      );
      const answers = all.filter(({ kind, name }) => kind === 'rpc' && names.includes(name));
      expect(reply?.messages.map(lastOf) ?? []).toEqual(answers.map(({ name }) => `${name}.answer`));
    }
  });

  it('says who sends and who receives each', () => {
    const parties = (action: string, name: string) =>
      Object.keys(document.operations)
        .filter((key) => key.endsWith(`.${action}.${name}`))
        .map((key) => key.split('.')[0]);
    for (const contract of all) {
      const { kind, name, service } = contract;
      const receivers = kind === 'event' ? contract.consumers : [service];
      expect([name, parties('receive', name)]).toEqual([name, receivers]);
      if (kind === 'event') expect([name, parties('send', name)]).toEqual([name, [service]]);
      else expect([name, parties('send', name)]).not.toContain(service);
    }
  });

  it('describes bundles as they are made', () => {
    const ajv = new Ajv({ strict: false, validateFormats: false });
    ajv.addSchema({ $id: 'doc', ...document });
    const accepts = (name: string, body: unknown) =>
      ajv.validate({ $ref: `doc#/components/messages/${name}/payload` }, body);
    for (const name of Object.keys(document.components.messages)) expect(accepts(name, [])).toBe(false);
    const data = {
      paymentId: 'pay_01kaqyj5m8e2w9x4t7r0v3b6ne',
      orderId: 'ord_01kaqyj5m8e2w9x4t7r0v3b6nd',
      amount: { amount: 3998, currency: 'EUR' },
    };
    const trace = { requestId: 'req_1', traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` };
    const cause = { id: 'msg_1', trace } as Message;
    const [made] = bundle([{ message: contracts.send(contracts.paymentCaptured, data), cause }]);
    const members = JSON.parse(made?.body ?? '') as { data: object }[];
    expect(accepts('payment.captured.v1', members)).toBe(true);
    expect(accepts('payment.voided.v1', members)).toBe(false);
    expect(accepts('events', [...members, ...members])).toBe(true);
    expect(accepts('events', [{ ...members[0], type: 'payment.charge.v1' }])).toBe(false);
    expect(accepts('payment.captured.v1', [{ ...members[0], data: { ...data, amount: 3998 } }])).toBe(false);
    expect(accepts('payment.captured.v1', [{ ...members[0], data: { ...data, more: 1 } }])).toBe(true);
  });
});

function isContract(value: unknown): value is contracts.Contract {
  return typeof value === 'object' && value !== null && 'kind' in value && 'body' in value && 'name' in value;
}
