import { Controller } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MessagePattern } from '@nestjs/microservices';
import { serve } from '../lib/worker.mjs';
import { nestOptions, PATTERN } from './nest-options.mjs';

/** Answers what it is asked, through the transport that Nest brings for RabbitMQ. */

class EchoController {
  /** @param {unknown} data */
  echo(data) {
    return data;
  }
}
const method = /** @type {PropertyDescriptor} */ (
  Object.getOwnPropertyDescriptor(EchoController.prototype, 'echo')
);
MessagePattern(PATTERN)(EchoController.prototype, 'echo', method);
Controller()(EchoController);

class EchoModule {}
Reflect.defineMetadata('controllers', [EchoController], EchoModule);

/** @type {import('@nestjs/common').INestMicroservice | undefined} */
let app;

serve({
  /** @param {{ url: string }} config */
  async start({ url }) {
    app = await NestFactory.createMicroservice(EchoModule, { ...nestOptions(url), logger: false });
    await app.listen();
  },
  stop: async () => app?.close(),
});
