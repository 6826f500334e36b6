import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Account, differences, sum } from './account.mjs';
import { Attacks } from './attacks.mjs';
import { Bus } from './bus.mjs';
import { nuisanceTo } from './nuisances.mjs';
import { FuzzedShop } from './shop.mjs';
import { messagesDocument, SERVICES, targetsOf } from './targets.mjs';

/**
 * @typedef {import('./targets.mjs').ServiceName} ServiceName
 * @typedef {import('./shop.mjs').Place & { brokerUrl: string, identityKey: string, messages: number, seed: number }} Options
 * @typedef {{ sent: number, letters: number, refusals: number, reasons: Record<string, number> }} Result of a service
 */

/** Messages that are under way at once: queues of questions take ten thousand. */
const ROUND = 250;
const QUIET_MS = 60_000;
const LOOK_MS = 100;

/** Attacks every queue of every service, and the gateway; what is not as it must be is a fault. */
export class BusFuzz {
  #accounts = new Map(SERVICES.map((service) => [service, new Account()]));
  /** @type {string[]} */
  faults = [];
  nuisances = 0;

  /** @param {Options} options */
  constructor(options) {
    this.options = options;
    const document = messagesDocument();
    this.targets = targetsOf(document);
    this.attacks = new Attacks(document, `fuzz-${randomBytes(6).toString('hex')}`);
    this.shop = new FuzzedShop(options);
  }

  /** @param {(done: number) => void} tell */
  async run(tell) {
    const { brokerUrl, identityKey, messages } = this.options;
    const bus = await Bus.open(brokerUrl, identityKey);
    try {
      await this.shop.prepare();
      this.replyKey = await bus.replyKey(() => this.shop.ask());
      const lost = await this.shop.lostConnections();
      for (let done = 0; done < messages; done += ROUND) {
        await this.#round(bus, done, Math.min(done + ROUND, messages));
        tell(Math.min(done + ROUND, messages));
      }
      await this.#settle(bus);
      const lostSince = (await this.shop.lostConnections()) - lost;
      if (lostSince > 0)
        this.faults.push(`the gateway has lost its connection to the broker ${lostSince} times`);
      return await this.#results(bus);
    } finally {
      await bus.close();
      await this.shop.close();
    }
  }

  /** So many messages for each service and the gateway, then an order that is as it should be. @param {Bus} bus @param {number} from @param {number} to */
  async #round(bus, from, to) {
    const { seed } = this.options;
    for (let i = from; i < to; i++) {
      for (const service of SERVICES) {
        const targets = this.targets.filter((target) => target.service === service);
        const target = /** @type {import('./targets.mjs').Target} */ (targets[i % targets.length]);
        const attack = this.attacks.on(target, seed + i);
        const account = /** @type {Account} */ (this.#accounts.get(service));
        account.expect(target, attack, (member) => this.attacks.isEnvelope(member));
        bus.send(target, attack);
      }
      bus.disturb(nuisanceTo(/** @type {string} */ (this.replyKey), seed + i));
      this.nuisances++;
    }
    await bus.flush();
    await this.shop.order();
  }

  /** Until everything has become what it must, or nothing more is to be expected. @param {Bus} bus */
  async #settle(bus) {
    const expected = [...this.#accounts.values()].map((account) => account.expected);
    const letters = expected.reduce((all, one) => all + one.letters, 0);
    const refusals = expected.reduce((all, one) => all + one.refusals, 0);
    const deadline = Date.now() + QUIET_MS + letters;
    while (Date.now() < deadline) {
      const found = await Promise.all(SERVICES.map(async (service) => sum(await this.shop.letters(service))));
      const isThere = found.reduce((all, one) => all + one, 0) >= letters;
      if (isThere && sum(bus.refusals) >= refusals) return;
      await pause(LOOK_MS);
    }
  }

  /** @param {Bus} bus @returns {Promise<Record<ServiceName, Result>>} */
  async #results(bus) {
    for (const id of bus.answered.slice(0, 20)) this.faults.push(`${id} was carried out`);
    /** @type {[string, Result][]} */
    const results = [];
    /** @type {Map<string, number>} */
    const refusals = new Map();
    for (const service of SERVICES) {
      const account = /** @type {Account} */ (this.#accounts.get(service));
      for (const [id, count] of account.refusals) refusals.set(id, (refusals.get(id) ?? 0) + count);
      const found = await this.shop.letters(service);
      this.#compare(`dead letters of ${service}`, account.letters, found);
      const reasons = await this.shop.reasons(service);
      results.push([
        service,
        { sent: account.sent, letters: sum(found), refusals: account.expected.refusals, reasons },
      ]);
    }
    this.#compare('refusals', refusals, bus.refusals);
    return /** @type {Record<ServiceName, Result>} */ (Object.fromEntries(results));
  }

  /** @param {string} what @param {ReadonlyMap<string, number>} expected @param {ReadonlyMap<string, number>} found */
  #compare(what, expected, found) {
    const wrong = differences(expected, found);
    for (const [key, difference] of wrong.slice(0, 20))
      this.faults.push(
        `${what}: ${key} is ${difference > 0 ? `there ${difference} times too often` : 'missing'}`,
      );
    if (wrong.length > 20) this.faults.push(`${what}: ${wrong.length - 20} more`);
  }
}
