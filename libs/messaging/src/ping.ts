import { type Rpc, rpc, type ServiceName } from '#contracts';

class Empty {}

/** "Is anybody there?": handled by the transport itself, so that every service answers it. */
export function pingOf(service: ServiceName): Rpc<string, Empty, Empty> {
  return rpc(`${service}.ping.v1`, Empty, Empty, 'open');
}
