import { type Readable } from 'node:stream';
import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { IsIn, IsOptional } from 'class-validator';
import { type FastifyReply } from 'fastify';
import { IMPORT_FORMATS, type ImportFormat } from '#contracts';
import { type ApiRequest } from '../access/auth.guard.js';
import { Needs } from '../access/policy.decorator.js';
import { preferred } from '../http/accept.js';
import { UPLOAD_TYPES } from '../http/upload.js';
import { ValidQuery } from '../http/valid.pipe.js';
import { ExportClient } from './export.client.js';

/** For a client that does not read on. */
const IDLE_MS = 60_000;
const OFFERS = IMPORT_FORMATS.map((format) => [new RegExp(`^${UPLOAD_TYPES[format]}$`), format] as const);

export class ExportQuery {
  @IsOptional() @IsIn(IMPORT_FORMATS) format?: ImportFormat;
}

@Controller('v1/stock/exports')
export class ExportsController {
  constructor(private readonly exports: ExportClient) {}

  @Get()
  @Needs('stock:read')
  async export(
    @Query(new ValidQuery(ExportQuery)) { format: asked }: ExportQuery,
    @Req() { headers, raw, trace }: ApiRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Readable | string> {
    const format = asked ?? preferred(headers.accept, OFFERS, 'csv');
    const text = await this.exports.open(format, trace);
    reply.header('content-type', UPLOAD_TYPES[format]);
    reply.header('content-disposition', `attachment; filename="stock.${format}"`);
    // Fastify would read all of it, to throw it away.
    if (raw.method === 'HEAD') {
      text.destroy();
      return '';
    }
    this.exports.watch(reply.raw);
    reply.raw.setTimeout(IDLE_MS, () => reply.raw.destroy());
    return text;
  }
}
