import { createPrivateKey, createPublicKey, randomUUID, sign } from 'node:crypto';
import amqp from 'amqplib';
import { SCOPES } from '#contracts';
import { EXCHANGES, IDENTITY_HEADER } from '#messaging';
import { add } from './account.mjs';

/**
 * @typedef {import('./targets.mjs').Target} Target
 * @typedef {import('./attacks.mjs').Attack} Attack
 * @typedef {import('./nuisances.mjs').Nuisance} Nuisance
 */

/** What comes before the 32 bytes of an Ed25519 key. */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');
const LIFE_S = 60;
const RENEW_MS = 20_000;
const HEARD_MS = 10_000;

/** Somebody who may write anywhere, as an administrator of the broker may, and vouch for anybody, as the gateway. */
export class Bus {
  /** Refusals by the id of the question. @type {Map<string, number>} */
  refusals = new Map();
  /** Questions that were answered, as none may be. @type {string[]} */
  answered = [];
  #replyTo = `fuzz.${randomUUID()}`;
  /** @type {Map<string, { token: string, at: number }>} */
  #tokens = new Map();

  /** @param {import('amqplib').ChannelModel} model @param {import('amqplib').ConfirmChannel} channel @param {{ user: string, identityKey: string }} who */
  constructor(model, channel, who) {
    this.model = model;
    this.channel = channel;
    this.who = who;
  }

  /** @param {string} url @param {string} identityKey */
  static async open(url, identityKey) {
    const model = await amqp.connect(url, { noDelay: true });
    const channel = await model.createConfirmChannel();
    const user = decodeURIComponent(new URL(url).username);
    const bus = new Bus(model, channel, { user, identityKey });
    await bus.#listen();
    return bus;
  }

  /** @param {Target} target @param {Attack} attack */
  send({ queue, service }, { body, signed, vouched, answered, headers }) {
    const token = vouched && !('x-identity' in headers) ? { [IDENTITY_HEADER]: this.#token(service) } : {};
    this.channel.publish('', queue, body, {
      messageId: randomUUID(),
      appId: 'fuzz',
      persistent: !queue.endsWith('.rpc'),
      headers: { ...headers, ...token },
      ...(signed && { userId: this.who.user }),
      ...(answered && { replyTo: this.#replyTo }),
    });
  }

  /** @param {Nuisance} nuisance */
  disturb({ exchange, key, body }) {
    this.channel.publish(exchange, key, body, { userId: this.who.user, appId: 'fuzz' });
  }

  /** Until the broker has all that was sent. */
  async flush() {
    await this.channel.waitForConfirms();
  }

  /** Where the gateway is answered, as its next question says. @param {() => Promise<unknown>} ask */
  async replyKey(ask) {
    const channel = await this.model.createChannel();
    const { queue } = await channel.assertQueue('', { exclusive: true });
    await channel.bindQueue(queue, EXCHANGES.rpc, 'order');
    /** @type {PromiseWithResolvers<string>} */
    const { promise, resolve, reject } = Promise.withResolvers();
    await channel.consume(
      queue,
      (message) => message?.properties.replyTo && resolve(message.properties.replyTo),
    );
    const late = setTimeout(() => reject(new Error('the gateway has asked nobody')), HEARD_MS);
    await Promise.all([promise, ask()]).finally(() => clearTimeout(late));
    await channel.close();
    return promise;
  }

  async close() {
    await this.model.close();
  }

  async #listen() {
    const { queue } = await this.channel.assertQueue('', { exclusive: true });
    await this.channel.bindQueue(queue, EXCHANGES.reply, this.#replyTo);
    await this.channel.consume(queue, (message) => this.#hear(message?.content ?? Buffer.from('[]')), {
      noAck: true,
    });
  }

  /** @param {Buffer} content */
  #hear(content) {
    for (const { id, refused } of JSON.parse(content.toString())) {
      if (refused) add(this.refusals, id, 1);
      else this.answered.push(id);
    }
  }

  /** May do everything. @param {string} audience */
  #token(audience) {
    const known = this.#tokens.get(audience);
    if (known && Date.now() - known.at < RENEW_MS) return known.token;
    const key = createPrivateKey({
      key: Buffer.concat([PKCS8, Buffer.from(this.who.identityKey, 'base64url')]),
      format: 'der',
      type: 'pkcs8',
    });
    const kid = createPublicKey(key).export({ format: 'jwk' }).x;
    const iat = Math.floor(Date.now() / 1_000);
    const claims = {
      scope: SCOPES.join(' '),
      iss: 'waybill-gateway',
      sub: 'fuzz',
      aud: audience,
      iat,
      exp: iat + LIFE_S,
    };
    const text = [{ alg: 'EdDSA', kid }, claims]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    const token = `${text}.${sign(null, Buffer.from(text), key).toString('base64url')}`;
    this.#tokens.set(audience, { token, at: Date.now() });
    return token;
  }
}
