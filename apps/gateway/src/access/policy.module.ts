import { Module, type OnApplicationBootstrap, type Type } from '@nestjs/common';
import { DiscoveryModule, DiscoveryService } from '@nestjs/core';
import { HealthController } from '#service';
import { HttpModule } from '../http/http.module.js';
import { Routes } from '../http/routes.js';
import { declaredRoutes, Open } from './policy.decorator.js';

// Machines ask these of every process; there are no callers yet that could have a key.
Open()(HealthController);

/** The API reference is no controller: SwaggerModule serves it past every guard. It says nothing that is secret. */
const REFERENCE = /^(?:GET|HEAD) \/(?:docs(?:\/|$)|openapi\.json$)/;

/** Deny by default: a route of which nobody has said who may use it keeps the gateway from starting. */
@Module({ imports: [DiscoveryModule, HttpModule] })
export class PolicyModule implements OnApplicationBootstrap {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly routes: Routes,
  ) {}

  onApplicationBootstrap(): void {
    const controllers = this.discovery.getControllers().map(({ metatype }) => metatype as Type);
    const decided = new Set(
      declaredRoutes(controllers)
        .filter(({ policy }) => policy !== undefined)
        .map(({ route }) => route),
    );
    const undecided = this.routes
      .list()
      .filter((route) => !decided.has(route.replace(/^HEAD /, 'GET ')) && !REFERENCE.test(route));
    if (undecided.length > 0) {
      throw new Error(
        `Nobody has said who may use ${undecided.join(', ')}: put @Needs('<scope>') or @Open() on its method.`,
      );
    }
  }
}
