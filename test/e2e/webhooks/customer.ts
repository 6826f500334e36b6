import { type PaymentView } from '#contracts';

/** Does what the page at `nextAction.url` offers, as a browser would. Returns the words that are shown then. */
export async function answer({ nextAction }: PaymentView, how: 'approve' | 'decline'): Promise<string> {
  const url = nextAction?.url ?? 'nowhere';
  const shown = await (await fetch(url)).text();
  if (!shown.includes(`${new URL(url).pathname}/${how}`)) return shown;
  const form = { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' } };
  return (await fetch(`${url}/${how}`, form)).text();
}
