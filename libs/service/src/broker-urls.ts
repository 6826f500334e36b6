import { isURL, ValidateBy } from 'class-validator';
import { brokersOf } from '#messaging';

/** One, or those of the nodes of a cluster. */
export function IsBrokerUrls(): PropertyDecorator {
  return ValidateBy({
    name: 'isBrokerUrls',
    validator: {
      validate: (value) => typeof value === 'string' && brokersOf(value).every(isBrokerUrl),
      defaultMessage: () => 'must be the URL of the broker, for example amqp://user:password@localhost:5672',
    },
  });
}

function isBrokerUrl(url: string): boolean {
  return isURL(url, { protocols: ['amqp', 'amqps'], require_protocol: true, require_tld: false });
}
