import { Controller } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AmqpServer, Answers, Connection, declareExchanges, Handles, Publisher } from '#messaging';
import { serve } from '../lib/worker.mjs';
import { echo, silent } from './waybill-contract.mjs';

/** Answers what it is asked, through Nest, our strategy, and the validation that every message goes through. */

class EchoHandlers {
  async echo(batch) {
    return batch.map(({ data }) => ({ ok: data }));
  }
}
const method = Object.getOwnPropertyDescriptor(EchoHandlers.prototype, 'echo');
Handles(echo)(EchoHandlers.prototype, 'echo', method);
Controller()(EchoHandlers);

class EchoModule {}
Reflect.decorate([], EchoModule);
Reflect.defineMetadata('controllers', [EchoHandlers], EchoModule);

/** @type {(() => Promise<unknown>)[]} */
const closers = [];

serve({
  /** @param {{ url: string }} config */
  async start({ url }) {
    const open = async (/** @type {string} */ name) => {
      const connection = new Connection({ url, name, ...silent });
      await connection.open(10_000);
      closers.push(() => connection.close());
      return connection;
    };
    const publishing = await open('echo-publish');
    const consuming = await open('echo-consume');
    const publisher = new Publisher(publishing, { appId: 'stock', ...silent });
    await publisher.start(declareExchanges);
    const answers = new Answers(publishing, silent.log);
    await answers.start();
    const strategy = new AmqpServer({
      service: 'stock',
      consuming,
      publisher,
      answers,
      identities: { of: () => undefined },
      judge: () => 'defect',
      probe: async () => undefined,
      ...silent,
    });
    const app = await NestFactory.createMicroservice(EchoModule, { strategy, logger: false });
    await app.listen();
    closers.push(() => app.close());
  },
  async stop() {
    for (const close of closers.reverse()) await close();
  },
});
