import { type FastifyInstance, type FastifyReply } from 'fastify';
import { type Action, PAGES, verdictOn } from './action.js';

/** Whoever takes the decisions of customers. */
export interface Desk {
  find(paymentId: string): Promise<Action | undefined>;
  decide(paymentId: string, state: 'approved' | 'declined'): Promise<void>;
}

const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

interface Asked {
  readonly Params: { readonly id: string };
}

/** The page that a customer is sent to with tok_3ds: GET shows it, POST to /approve or /decline answers it. */
export async function pages(app: FastifyInstance, { desk }: { readonly desk: Desk }): Promise<void> {
  app.removeAllContentTypeParsers();
  // A form without fields.
  app.addContentTypeParser('*', { bodyLimit: 1_024, parseAs: 'string' }, (_request, _body, done) =>
    done(null),
  );

  app.get<Asked>(`${PAGES}/:id`, async ({ params: { id } }, reply) => show(await desk.find(id), reply));
  for (const [path, state] of [
    ['approve', 'approved'],
    ['decline', 'declined'],
  ] as const) {
    app.post<Asked>(`${PAGES}/:id/${path}`, async ({ params: { id } }, reply) => {
      const action = await desk.find(id);
      if (!action) return show(action, reply);
      await desk.decide(id, state);
      return reply.code(303).header('location', `${PAGES}/${id}`).send();
    });
  }
}

function show(action: Action | undefined, reply: FastifyReply): FastifyReply {
  if (!action) return reply.code(404).headers(HEADERS).send(page('There is nothing to confirm here.'));
  const { paymentId, amount, currency } = action.call;
  const verdict = verdictOn(action);
  if (verdict === 'waiting') {
    const button = (path: string, words: string) =>
      `<form method="post" action="${PAGES}/${paymentId}/${path}"><button>${words}</button></form>`;
    const asked = `Payment ${paymentId} of ${amount} ${currency} (minor units). This is a test: no money moves.`;
    return reply
      .headers(HEADERS)
      .send(page(asked, button('approve', 'Approve') + button('decline', 'Decline')));
  }
  const words = verdict === 'approved' ? 'approved' : `not approved (${verdict.code})`;
  return reply.headers(HEADERS).send(page(`The payment was ${words}. You can go back to the shop.`));
}

const page = (words: string, more = ''): string =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Sandbox provider</title><style>body{font:16px/1.5 system-ui;margin:3rem auto;max-width:30rem}form{display:inline}</style>
<h1>Sandbox provider</h1><p>${words}</p>${more}</html>`;
