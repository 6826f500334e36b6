import { newId, type ServiceName } from '#contracts';
import {
  AmqpServer,
  Answers,
  Breakers,
  Connection,
  declareEventLog,
  declareExchanges,
  findEventLog,
  hasOwnUser,
  type Observe,
  Publisher,
  RpcClient,
  Watchers,
} from '#messaging';
import { classify, type Database, mayHaveHappened } from '#persistence';
import { type DatabaseConfig, type ServiceConfig } from './config.js';
import { publicKeysOf } from './identity-keys.js';
import { type Logger } from './logger.js';
import { type Shutdown } from './shutdown.js';
import { TokenVerifier } from './token-verifier.js';

interface Context {
  readonly name: 'gateway' | ServiceName;
  readonly config: ServiceConfig;
  readonly logger: Logger;
  readonly observe: Observe;
  readonly shutdown: Shutdown;
}

export interface Broker {
  readonly publisher: Publisher;
  readonly consuming: Connection;
  readonly publishing: Connection;
}

/** Two connections: a publisher that the broker blocks must not keep acknowledgements from getting through. */
export async function connectBroker({ name, config, logger, observe, shutdown }: Context): Promise<Broker> {
  const connection = (use: string): Connection =>
    new Connection({
      url: config.rabbitmqUrl,
      ca: config.rabbitmqCa,
      name: `${name}-${use} ${config.instance}`,
      log: logger,
      observe,
    });
  const publishing = connection('publish');
  const consuming = connection('consume');
  await publishing.open(config.startTimeoutSeconds * 1_000);
  await consuming.open(config.startTimeoutSeconds * 1_000);
  const limits = { days: config.eventLogDays, bytes: config.eventLogMaxBytes };
  const isOwnUser = hasOwnUser(name, publishing.user);
  await publishing.onOpen((model) =>
    isOwnUser ? findEventLog(model) : declareEventLog(model, limits, logger),
  );
  const publisher = new Publisher(publishing, { appId: name, observe });
  await publisher.start(declareExchanges);
  shutdown.on('flush', 'confirms', () => publisher.flush());
  shutdown.on('close', 'broker', async () => {
    publisher.stop();
    await Promise.all([publishing.close(), consuming.close()]);
  });
  return { publisher, consuming, publishing };
}

/** What a service has: it handles messages and answers questions. */
export async function serve(
  { name, config, logger: log, observe, shutdown }: Context & { readonly config: DatabaseConfig },
  { publisher, consuming, publishing }: Broker,
  database: Database,
): Promise<{ server: AmqpServer; answers: Answers; watchers: Watchers }> {
  const answers = new Answers(publishing, log);
  await answers.start();
  const server = new AmqpServer({
    service: name as ServiceName,
    consuming,
    publisher,
    answers,
    identities: new TokenVerifier(name as ServiceName, publicKeysOf(config.identityPublicKeys)),
    judge: (error) => {
      if (mayHaveHappened(error)) return 'doubtful';
      return classify(error) === 'transient' || classify(error) === 'conflict' ? 'transient' : 'defect';
    },
    probe: () => database.ping(),
    log,
    observe,
  });
  shutdown.on('consume', 'messages', () => server.stopConsuming());
  shutdown.on('drain', 'messages', () => server.drain());
  const watchers = new Watchers({ service: name as ServiceName, consuming, answers });
  shutdown.on('close', 'watchers', async () => watchers.stop());
  return { server, answers, watchers };
}

/** What the gateway has: it asks. */
export async function ask(
  { config, logger: log, observe, shutdown }: Context,
  { publisher, consuming }: Broker,
): Promise<RpcClient> {
  const instance = config.instance.replaceAll(/[^\w.-]/g, '-').slice(0, 100);
  const rpc = new RpcClient({
    publisher,
    consuming,
    instance: `${instance}-${newId('req').slice(-6)}`,
    observe,
    breakers: new Breakers({ observe, log }),
  });
  await rpc.start();
  shutdown.on('drain', 'calls', async () => rpc.stop());
  return rpc;
}
