import { type PaymentView, type TimelineEntry } from '#contracts';

/** What has to be in the books from now on, or why nothing came of it. */
export type Outcome = { readonly id: string } | { readonly refused: string };

/** As long as it is "authorized" the provider has not said what became of it. */
export function ofCapture({ id, status, capturedAmount }: PaymentView): Outcome | undefined {
  if (status === 'authorized') return undefined;
  return status === 'captured' ? { id: `${id} ${capturedAmount}` } : { refused: status };
}

export function ofVoid({ id, status }: PaymentView): Outcome | undefined {
  return status === 'authorized' ? undefined : { id: `${id} ${status}` };
}

/** Of other lines for an order of which `read` was the version. The order itself need not have been told yet. */
export function ofChange(
  timeline: readonly TimelineEntry[],
  { read, asked }: { readonly read: number; readonly asked: string },
): Outcome | undefined {
  const isAsked = timeline.some(({ version, cause }) => version === read + 1 && cause === 'order.change.v1');
  const end = timeline.find(({ version, cause }) => version > read + 1 && cause !== 'order.note.v1');
  if (!isAsked || !end) return undefined;
  const { version, cause } = end;
  return cause === 'stock.changed.v1' ? { id: `${version} ${asked}` } : { refused: cause };
}
