import { Type } from 'class-transformer';
import { IsBoolean, IsObject, IsString, ValidateNested } from 'class-validator';
import { rpc } from './contract.js';
import { IsId } from './id.js';
import { Idempotency, TimelineEntry } from './order.js';
import { IsFreeText } from './text.js';

/** What staff wants to remember about an order. */
export class NoteRequest {
  @IsFreeText(1_000) text: string;
}

export class AddNote {
  @IsId('ord') orderId: string;
  @IsObject() @Type(() => Idempotency) @ValidateNested() idempotency: Idempotency;
  @IsObject() @Type(() => NoteRequest) @ValidateNested() note: NoteRequest;
  /** The name of the key that wrote it. */
  @IsString() author: string;
}

export class NoteAdded {
  @IsObject() @Type(() => TimelineEntry) entry: TimelineEntry;
  @IsBoolean() replayed: boolean;
}

/** A step of its own, with the next version: nothing else of the order changes. */
export const addNote = rpc('order.note.v1', AddNote, NoteAdded, ['orders:write']);
