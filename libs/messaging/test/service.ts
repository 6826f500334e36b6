import { Catch, Controller, type ExceptionFilter, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { IsString, Length } from 'class-validator';
import { type Observable, throwError } from 'rxjs';
import { command, event, Rejected, rpc, type ServiceName } from '#contracts';
import {
  AmqpServer,
  type AmqpServerOptions,
  Answers,
  Connection,
  declareExchanges,
  Handles,
  type Message,
  OnRpc,
  type Outcome,
  Publisher,
} from '../src/index.js';
import { Notes } from './notes.js';

export class Words {
  @IsString() @Length(1, 200_000) text: string;
}

/** A question, an order, a fact that stock needs, and one that nobody needs. */
export const echo = rpc('stock.echo.v1', Words, Words, 'open');
export const work = command('stock.work.v1', Words);
export const happened = event('order.happened.v1', Words, ['stock']);
export const noted = event('order.noted.v1', Words);

export type Told = Message<string, Words>;

export const textsOf = (told: readonly Told[]): string[] => told.map(({ data }) => data.text);

/** What the service does with what it is told. */
export interface Hands {
  readonly answer: (question: Words, message: Told) => Promise<Words>;
  readonly take: (batch: readonly Told[]) => Promise<readonly Outcome[]>;
}

export interface ServiceOptions {
  readonly url: string;
  readonly ca?: string;
  /** Through another cable than what is published. */
  readonly consumeUrl?: string;
  readonly service?: ServiceName;
  readonly answer?: Hands['answer'];
  /** One message; what it throws is its outcome. */
  readonly work?: (message: Told) => Promise<unknown>;
  readonly judge?: AmqpServerOptions['judge'];
  readonly probe?: AmqpServerOptions['probe'];
  readonly identities?: AmqpServerOptions['identities'];
}

/** A service as `start` of libs/service makes one: Nest, two connections, handlers by decorator. */
export class TestService {
  /** Every question and every message that its handlers were given, in the order of arrival. */
  readonly asked: Told[] = [];
  readonly taken: Told[] = [];
  private stopping: Promise<void> | undefined;

  private constructor(
    readonly server: AmqpServer,
    readonly answers: Answers,
    readonly notes: Notes,
    private readonly broker: {
      readonly publishing: Connection;
      readonly consuming: Connection;
      readonly publisher: Publisher;
    },
  ) {}

  static async start(options: ServiceOptions): Promise<TestService> {
    const {
      url,
      ca,
      consumeUrl = url,
      service = 'stock',
      judge = () => 'defect',
      probe = async () => undefined,
      identities = { of: () => undefined },
    } = options;
    const notes = new Notes();
    const { log, observe } = notes;
    const publishing = new Connection({ url, ca, name: 'stock-publish', log, observe });
    const consuming = new Connection({ url: consumeUrl, ca, name: 'stock-consume', log, observe });
    const publisher = new Publisher(publishing, { appId: service, observe });
    const answers = new Answers(publishing, log);
    const parts = { consuming, publisher, answers, identities, judge, probe, log, observe };
    const server = new AmqpServer({ service, ...parts });
    const started = new TestService(server, answers, notes, { publishing, consuming, publisher });
    try {
      await Promise.all([publishing.open(5_000), consuming.open(5_000)]);
      await publisher.start(declareExchanges);
      await answers.start();
      const app = await NestFactory.createMicroservice(moduleOf(started.handsOf(options)), {
        strategy: server,
        logger: false,
        abortOnError: false,
      });
      app.useGlobalFilters(new PassOn());
      await app.listen();
      return started;
    } catch (error) {
      await started.stop();
      throw error;
    }
  }

  /** In the order of libs/service/src/shutdown.ts. */
  stop(): Promise<void> {
    this.stopping ??= this.stopInOrder();
    return this.stopping;
  }

  private handsOf({
    answer = async (question) => question,
    work: one = async () => undefined,
  }: ServiceOptions): Hands {
    const outcomeOf = async (message: Told): Promise<Outcome> => {
      this.taken.push(message);
      try {
        await one(message);
        return { ok: null };
      } catch (error) {
        return error instanceof Rejected ? { refused: error } : { failed: error };
      }
    };
    return {
      answer: (question, message) => {
        this.asked.push(message);
        return answer(question, message);
      },
      take: (batch) => Promise.all(batch.map(outcomeOf)),
    };
  }

  private async stopInOrder(): Promise<void> {
    const { publishing, consuming, publisher } = this.broker;
    await this.server.stopConsuming();
    await this.server.drain();
    await publisher.flush();
    publisher.stop();
    await Promise.all([publishing.close(), consuming.close()]);
  }
}

function moduleOf(hands: Hands): object {
  @Controller()
  class StockHandlers {
    @OnRpc(echo)
    echo(question: Words, message: Told): Promise<Words> {
      return hands.answer(question, message);
    }

    @Handles(work, happened)
    take(batch: readonly Told[]): Promise<readonly Outcome[]> {
      return hands.take(batch);
    }
  }

  @Module({ controllers: [StockHandlers] })
  class StockModule {}

  return StockModule;
}

@Catch()
class PassOn implements ExceptionFilter {
  catch(error: unknown): Observable<never> {
    return throwError(() => error);
  }
}
