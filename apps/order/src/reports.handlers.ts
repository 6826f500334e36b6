import { Controller } from '@nestjs/common';
import {
  type EventList,
  type GetSales,
  getSales,
  type ListEvents,
  listEvents,
  type RebuildSales,
  Rejected,
  rebuildSales,
  type SalesRebuild,
  type SalesRows,
} from '#contracts';
import { OnRpc } from '#messaging';
import { Database } from '#persistence';
import { type EventPlace, eventsAfter } from './cloud-events.js';
import { bundlesAfter, positionOf } from './event-log.store.js';
import { beginGeneration, findRebuild } from './generations.store.js';
import { findAsOf, findSales } from './sales.store.js';

const BEFORE_ALL = { day: '0001-01-01', sku: '' };

/** What is made of the event log. */
@Controller()
export class ReportsHandlers {
  constructor(private readonly database: Database) {}

  @OnRpc(getSales)
  async sales(asked: GetSales): Promise<SalesRows> {
    const { by, limit, after } = asked;
    const [key = BEFORE_ALL[by], currency = ''] = after?.split(' ') ?? [];
    // First: what is read after it is no older.
    const asOf = await findAsOf(this.database);
    const rows = await findSales(this.database, asked, [key, currency]);
    const data = rows.slice(0, limit);
    const last = rows.length > limit ? data.at(-1) : undefined;
    return { data, asOf, next: last ? `${last[by]} ${last.gross.currency}` : null };
  }

  @OnRpc(rebuildSales)
  rebuild({ begin }: RebuildSales): Promise<SalesRebuild> {
    if (!begin) return findRebuild(this.database);
    // Answered with what it reads itself: after the commit nothing is left to fail, and be told as "no effect".
    return this.database.transaction(async (tx) => {
      await beginGeneration(tx);
      return findRebuild(tx);
    });
  }

  @OnRpc(listEvents)
  async events({ type, limit, position, after }: ListEvents): Promise<EventList> {
    const place = position === undefined ? await this.placeOf(after) : parsed(position);
    // The bundle at the place may have been read to its end, and one more says whether there is another page.
    const filter = { limit: limit + 2, ...(type !== undefined && { type }) };
    const bundles = await bundlesAfter(this.database, place.position - 1, filter);
    return eventsAfter(bundles, place, limit);
  }

  private async placeOf(eventId: string | undefined): Promise<EventPlace> {
    if (eventId === undefined) return { position: 0, index: -1 };
    const [messageId = '', index] = eventId.split('.');
    const position = await positionOf(this.database, messageId);
    if (position !== undefined) return { position, index: Number(index) };
    const detail = 'is no event of those that are kept';
    throw new Rejected('validation-failed', { errors: [{ pointer: '/query/after', detail }] });
  }
}

function parsed(text: string): EventPlace {
  const [position, index] = text.split('.').map(Number);
  return { position: position ?? 0, index: index ?? 0 };
}
