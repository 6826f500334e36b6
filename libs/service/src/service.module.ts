import { type DynamicModule, Global, Module, type Provider } from '@nestjs/common';
import { HealthController } from './health.controller.js';

/** What every process has, for injection by class. Made by `start` before Nest is. */
@Global()
@Module({})
export class ServiceModule {
  static forRoot(app: object, parts: readonly Provider[]): DynamicModule {
    return {
      module: ServiceModule,
      imports: [app as DynamicModule],
      controllers: [HealthController],
      providers: [...parts],
      exports: [...parts],
    };
  }
}
