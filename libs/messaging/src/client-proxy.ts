import { ClientProxy, type ReadPacket, type WritePacket } from '@nestjs/microservices';
import { type Rpc } from '#contracts';
import { type CallOptions } from './rpc-call.js';
import { type RpcClient } from './rpc-client.js';

/** RpcClient in Nest's own words: `client.send('stock.get.v1', { sku })` is an observable of the answer. */
export class RpcClientProxy extends ClientProxy {
  private readonly contracts: ReadonlyMap<string, Rpc>;

  /** `options` is asked at each call: who asks, and until when. */
  constructor(
    private readonly rpc: RpcClient,
    // biome-ignore lint/suspicious/noExplicitAny: contracts of every shape.
    contracts: readonly Rpc<string, any, any>[],
    private readonly options: () => CallOptions,
  ) {
    super();
    this.contracts = new Map(contracts.map((contract) => [contract.name, contract]));
  }

  override emit(name: string): never {
    throw new Error(
      `${name}: messages leave through the outbox, with the work that causes them; see appendToOutbox`,
    );
  }

  async connect(): Promise<void> {
    // The RpcClient is connected already, and connects itself again.
  }

  close(): void {
    // Who made the RpcClient stops it.
  }

  unwrap<T>(): T {
    return this.rpc as T;
  }

  protected publish({ pattern, data }: ReadPacket, callback: (packet: WritePacket) => void): () => void {
    const contract = this.contracts.get(pattern);
    if (contract) {
      this.rpc.call(contract, data, this.options()).then(
        (response) => callback({ response, isDisposed: true }),
        (err: unknown) => callback({ err }),
      );
    } else
      callback({
        err: new Error(
          `"${pattern}" is none of the contracts of this client: ${[...this.contracts.keys()].join(', ')}`,
        ),
      });
    return () => undefined;
  }

  protected dispatchEvent({ pattern }: ReadPacket): never {
    return this.emit(pattern);
  }
}
