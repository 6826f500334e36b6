import { randomBytes, randomUUID } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { type RawAnswer, sendRaw } from '../bad-input/raw-http.js';

export const newSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`;

/** A call of the sandbox provider: the headers as they are sent, and the bytes. */
export interface Call {
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
}

export function signedCall(
  secret: string,
  text: string,
  { id = `msg_${randomUUID()}`, secondsAgo = 0 }: { id?: string; secondsAgo?: number } = {},
): Call {
  const seconds = Math.floor(Date.now() / 1_000) - secondsAgo;
  const signature = new Webhook(secret).sign(id, new Date(seconds * 1_000), text);
  const headers = [
    ['webhook-id', id],
    ['webhook-timestamp', String(seconds)],
    ['webhook-signature', signature],
  ] as const;
  return { headers, body: Buffer.from(text) };
}

export const settled = (paymentId: string, more: object = {}): string =>
  JSON.stringify({ type: 'payment.action_settled', data: { paymentId }, ...more });

/** Over a connection of its own, with every header as it is given. */
export function sendCall(url: string, { headers, body }: Call, provider = 'sandbox'): Promise<RawAnswer> {
  const head = [
    `POST /v1/webhooks/${provider} HTTP/1.1`,
    'Host: localhost',
    'Connection: close',
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
  ];
  return sendRaw(url, Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1'), body]));
}
