import { Rejected, type Rpc } from '#contracts';

/** Why a call has had no effect. */
export const DETAILS = {
  full: 'Too many calls are under way.',
  resting: 'The service has not answered in time for a while.',
  unsent: 'The broker takes no messages at the moment.',
  returned: 'The service is not running.',
  refused: 'The service has more to do than it can take.',
  unbelieved: 'The service does not accept the identity that it was shown.',
} as const;

export function unavailable(
  { service }: Pick<Rpc, 'service'>,
  detail: string,
  retryAfter?: number,
): Rejected {
  const details = { service, detail: `${detail} The request has had no effect.`, retryAfter };
  return new Rejected('service-unavailable', details);
}

export function unknown({ service }: Pick<Rpc, 'service'>): Rejected {
  return new Rejected('outcome-unknown', { service });
}
