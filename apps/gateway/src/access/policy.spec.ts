import { Controller, Get, Module, Post, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { HealthController } from '#service';
import { GatewayModule } from '../gateway.module.js';
import { routeOf } from '../http/operation.js';
import { OPERATIONS } from '../openapi/operations.js';
import { TestClockController } from '../test-clock/test-clock.controller.js';
import { declaredRoutes, Needs, Open } from './policy.decorator.js';
import { PolicyModule } from './policy.module.js';

@Controller('v1/things')
class Decided {
  @Get()
  @Needs('orders:read')
  list(): void {
    // Only its decorators matter.
  }

  @Get('open')
  @Open()
  open(): void {
    // Only its decorators matter.
  }
}

@Controller('v1/things')
class Undecided {
  @Post(':id/use')
  use(): void {
    // Only its decorators matter.
  }
}

@Open()
@Controller('status')
class OpenAsAWhole {
  @Get()
  read(): void {
    // Only its decorators matter.
  }
}

async function start(...controllers: Type[]): Promise<void> {
  @Module({ imports: [PolicyModule], controllers })
  class App {}
  const options = { logger: false, abortOnError: false } as const;
  const app = await NestFactory.create(App, new FastifyAdapter(), options);
  try {
    await app.init();
  } finally {
    await app.close();
  }
}

describe('a route without a policy', () => {
  test('fails the start, by name', async () => {
    await expect(start(Decided, Undecided)).rejects.toThrow(/may use POST \/v1\/things\/:id\/use:/);
  });

  test('is the only thing that does', async () => {
    await expect(start(Decided, OpenAsAWhole)).resolves.toBeUndefined();
  });
});

describe('the routes of the gateway', () => {
  const controllers = [...Reflect.getMetadata('controllers', GatewayModule), TestClockController];
  const routes = declaredRoutes(controllers);

  test('have a policy each', () => {
    expect(routes.length).toBeGreaterThan(OPERATIONS.length);
    expect(routes.filter(({ policy }) => policy === undefined)).toEqual([]);
  });

  /** Providers call these: with a signature instead of a key. */
  const WEBHOOKS = /^POST \/v1\/webhooks\//;

  test('are in the API document if they need a key or a signature, and only those', () => {
    const documented = OPERATIONS.map(routeOf);
    const closed = routes
      .filter(({ route, policy }) => policy !== 'open' || WEBHOOKS.test(route))
      .map(({ route }) => route);
    expect(closed.toSorted()).toEqual(documented.toSorted());
  });

  test('that every process has are open', () => {
    expect(declaredRoutes([HealthController]).map(({ policy }) => policy)).toEqual(['open', 'open', 'open']);
  });
});
