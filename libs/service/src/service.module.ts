import { type DynamicModule, Global, Module, type Provider, type Type } from '@nestjs/common';
import { HealthController } from './health.controller.js';

@Global()
@Module({ controllers: [HealthController] })
class ServiceModule {}

/** What every process has, for injection by class. Made by `start` before Nest is. */
export function serviceModule(
  { apps, controllers = [] }: { readonly apps: readonly Type[]; readonly controllers?: readonly Type[] },
  parts: readonly Provider[],
): DynamicModule {
  return {
    module: ServiceModule,
    imports: [...apps],
    controllers: [...controllers],
    providers: [...parts],
    exports: [...parts],
  };
}
