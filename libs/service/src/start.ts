import { type Provider, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type NestMicroservice } from '@nestjs/microservices';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type FastifyError, type FastifyReply, type FastifyRequest } from 'fastify';
import { type ServiceName } from '#contracts';
import { armCrashPoints, crash } from '#crash-points';
import { type AmqpServer, Answers, Connection, Publisher, RpcClient, Watchers } from '#messaging';
import { Database, OutboxRelay } from '#persistence';
import { ask, type Broker, connectBroker, serve } from './broker.js';
import { DatabaseConfig, type ServiceConfig } from './config.js';
import { openDatabase, relayThrough } from './data.js';
import { PassErrorsOn } from './errors.filter.js';
import { Readiness } from './health.controller.js';
import { closing, watchHttp } from './http.js';
import { listenAt } from './listening.js';
import { ConfigError, crashAtOf, loadConfig } from './load-config.js';
import { createLogger, Logger, nestLogger } from './logger.js';
import { Metrics } from './metrics.js';
import { answering, checks, watchReadiness } from './readiness.js';
import { serviceModule } from './service.module.js';
import { Shutdown } from './shutdown.js';
import { testClockHandlers } from './test-clock.js';
import { Workers } from './worker.js';

export type ProcessName = 'gateway' | 'order' | 'payment' | 'stock';

type Watched = Parameters<typeof watchReadiness>[1] & { readonly shutdown: Shutdown };

/** Modules that a process has by its configuration. */
type More<C> = (config: C) => readonly Type[];

/** The one way in which a process of Waybill starts. It ends the process, with words, when it can't. */
export async function start<C extends ServiceConfig>(
  name: ProcessName,
  app: Type,
  configType: new () => C,
  more: More<C> = () => [],
): Promise<void> {
  try {
    const crashAt = crashAtOf();
    if (crashAt) armCrashPoints(crashAt);
    await run(name, configType, (config) => [app, ...more(config)]);
  } catch (error) {
    const words =
      error instanceof ConfigError ? error.message : error instanceof Error ? error.stack : String(error);
    process.stderr.write(`${name} can't start. ${words}\n`);
    process.exit(1);
  }
}

async function run<C extends ServiceConfig>(
  name: ProcessName,
  configType: new () => C,
  appsOf: More<C>,
): Promise<void> {
  const config = loadConfig(configType);
  const apps = appsOf(config);
  const logger = createLogger(name, config);
  const metrics = new Metrics(name);
  const { observe } = metrics;
  const shutdown = new Shutdown(logger, config.shutdownDelayMs);
  shutdown.handleSignals((code) => process.exit(code));
  const workers = new Workers({ logger, observe, shutdown });
  const context = { name, config, logger, observe, shutdown, workers };

  const own = config instanceof DatabaseConfig ? { ...context, config } : undefined;
  const database = own && (await openDatabase(own));
  const broker = await connectBroker(context);
  const common = [
    value(configType, config),
    value(Logger, logger),
    value(Metrics, metrics),
    value(Shutdown, shutdown),
    value(Workers, workers),
    value(Publisher, broker.publisher),
  ];
  if (own && database) {
    const { server, answers, watchers } = await serve(own, broker, database);
    const relay = relayThrough(broker.publisher, { ...context, database });
    const parts = [
      value(Database, database),
      value(OutboxRelay, relay),
      value(Answers, answers),
      value(Connection, broker.consuming),
      value(Watchers, watchers),
      value(Readiness, serviceReadiness(context, { database, broker, server })),
    ];
    const controllers = clockHandlers(context);
    await listen(context, serviceModule({ apps, controllers }, [...common, ...parts]), server);
    relay.start();
  } else {
    const rpc = await ask(context, broker);
    const parts = [value(RpcClient, rpc), value(Readiness, gatewayReadiness(context, rpc))];
    await listen(context, serviceModule({ apps }, [...common, ...parts]));
  }
  logger.info({ port: config.port, node: process.version }, 'ready');
}

/** Services tell of themselves: the metrics of the gateway leave them out, so that it need not ask them all the time. */
function gatewayReadiness(context: Watched, rpc: RpcClient): Readiness {
  const own = { broker: async () => void (rpc.isReady || absent('no connection, or the broker is blocked')) };
  watchReadiness(checks(context.shutdown, own), context);
  return checks(context.shutdown, { ...own, ...answering(rpc) });
}

function serviceReadiness(
  context: Watched,
  { database, broker, server }: { database: Database; broker: Broker; server: AmqpServer },
): Readiness {
  const readiness = checks(context.shutdown, {
    database: () => database.ping(),
    broker: async () => void (broker.publisher.isReady || absent('no connection, or the broker is blocked')),
    consumers: async () => void (server.isReady || absent('not every queue is consumed')),
  });
  watchReadiness(readiness, context);
  return readiness;
}

function clockHandlers({ name, config, logger }: Parameters<typeof connectBroker>[0]): Type[] {
  if (!config.testClock) return [];
  logger.warn({}, 'TEST_CLOCK is on: who has ops:write can move the clock. For sandboxes only.');
  return [testClockHandlers(name as ServiceName)];
}

async function listen(
  { config, logger, observe, shutdown }: Parameters<typeof connectBroker>[0],
  module: object,
  server?: AmqpServer,
): Promise<void> {
  const adapter = new FastifyAdapter({
    // A request that arrives while we close is still answered, and told to go elsewhere next time.
    return503OnClosing: false,
    routerOptions: { maxParamLength: 300 },
    // What the router itself refuses, a path that is badly encoded, goes the way of all errors.
    frameworkErrors: (error: FastifyError, request: FastifyRequest, reply: FastifyReply) =>
      reply.server.errorHandler(error, request, reply),
  });
  watchHttp(adapter.getInstance(), observe, logger);
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    logger: nestLogger(logger),
  });
  if (server) {
    const options = { deferInitialization: true };
    const microservice = app.connectMicroservice({ strategy: server }, options) as NestMicroservice;
    microservice.useGlobalFilters(new PassErrorsOn());
    // Else it would call the hooks of all modules a second time when it starts, and every worker would run twice.
    microservice.setIsInitHookCalled(true);
  }
  await app.init();
  if (server) await app.startAllMicroservices();
  const http = adapter.getHttpServer();
  let closeOthers = async (): Promise<void> => undefined;
  const close = closing(http, () => Promise.all([closeOthers(), adapter.close()]));
  closeOthers = await listenAt(http, config, (options) => app.listen(options));
  crash?.('start.before-ready');
  shutdown.on('http', 'server', close);
}

function value<T>(provide: abstract new (...args: never[]) => T, useValue: T): Provider {
  return { provide, useValue };
}

function absent(why: string): never {
  throw new Error(why);
}
