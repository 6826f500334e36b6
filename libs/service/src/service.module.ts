import { type DynamicModule, Global, Module, type Provider, type Type } from '@nestjs/common';
import { HealthController } from './health.controller.js';

@Global()
@Module({ controllers: [HealthController] })
class ServiceModule {}

/** What every process has, for injection by class. Made by `start` before Nest is. */
export function serviceModule(app: Type, parts: readonly Provider[]): DynamicModule {
  return { module: ServiceModule, imports: [app], providers: [...parts], exports: [...parts] };
}
