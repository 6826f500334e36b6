import { Readable } from 'node:stream';
import { Controller, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { type FastifyReply } from 'fastify';
import {
  getImport,
  type ImportError,
  ImportRef,
  type ImportView,
  listImportErrors,
  listImports,
} from '#contracts';
import { RpcClient } from '#messaging';
import { type ApiRequest } from '../access/auth.guard.js';
import { Needs } from '../access/policy.decorator.js';
import { GatewayConfig } from '../config.js';
import { type RouteBody } from '../http/http.module.js';
import { idempotencyKey, idempotencyOf } from '../http/idempotency.js';
import { unsupported, uploadFormat, uploading } from '../http/upload.js';
import { ValidPart } from '../http/valid.pipe.js';
import { Cursors } from '../lists/cursor.js';
import { ListQuery, ValidListQuery } from '../lists/list-query.pipe.js';
import { type Page } from '../lists/page.js';
import { ImportClient } from './import.client.js';

const ROUTE = { route: 'POST /v1/stock/imports', path: '/v1/stock/imports', body: {} };
/** For the client to read why, before the rest of the body is cut off. */
const LINGER_MS = 2_000;

@Controller('v1/stock/imports')
export class ImportsController {
  constructor(
    private readonly imports: ImportClient,
    private readonly rpc: RpcClient,
    private readonly cursors: Cursors,
    private readonly config: GatewayConfig,
  ) {}

  @Post()
  @HttpCode(200)
  @Needs('stock:write')
  @RouteConfig({ isUpload: true } satisfies RouteBody)
  async import(
    @Req() { raw, headers, body, caller, trace }: ApiRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ImportView> {
    const { key } = idempotencyOf(idempotencyKey(raw.rawHeaders), { caller, ...ROUTE });
    const format = uploadFormat(headers['content-type']);
    if (!(body instanceof Readable)) throw unsupported();
    if ((headers['content-encoding'] ?? 'identity') !== 'identity') {
      throw unsupported('The body must not be compressed.');
    }
    uploading.add(raw.socket);
    try {
      const { view, replayed } = await this.imports.run({ body, format, key, trace });
      reply.header('location', `/v1/stock/imports/${view.id}`);
      if (replayed) reply.header('idempotency-replayed', 'true');
      return view;
    } finally {
      uploading.delete(raw.socket);
      if (!raw.complete) setTimeout(() => raw.destroy(), LINGER_MS).unref();
    }
  }

  @Get()
  @Needs('stock:read')
  async list(
    @Query(new ValidListQuery(ListQuery)) { limit, cursor }: ListQuery,
    @Req() { trace }: ApiRequest,
  ): Promise<Page<ImportView>> {
    const list = ['imports'];
    const request = { limit, ...(cursor !== undefined && { before: this.cursors.read(list, cursor) }) };
    const { data, more } = await this.rpc.call(listImports, request, this.config.callOptions(trace));
    const last = data.at(-1);
    return { data, nextCursor: more && last ? this.cursors.write(list, last.id) : null };
  }

  @Get(':id')
  @Needs('stock:read')
  get(
    @Param('id', new ValidPart(ImportRef, 'importId')) importId: string,
    @Req() { trace }: ApiRequest,
  ): Promise<ImportView> {
    return this.rpc.call(getImport, { importId }, this.config.callOptions(trace));
  }

  @Get(':id/errors')
  @Needs('stock:read')
  async errors(
    @Param('id', new ValidPart(ImportRef, 'importId')) importId: string,
    @Query(new ValidListQuery(ListQuery)) { limit, cursor }: ListQuery,
    @Req() { trace }: ApiRequest,
  ): Promise<Page<ImportError>> {
    const list = ['import-errors', importId];
    const after = cursor === undefined ? 0 : Number(this.cursors.read(list, cursor));
    const request = { importId, limit, after };
    const { data, more } = await this.rpc.call(listImportErrors, request, this.config.callOptions(trace));
    return { data, nextCursor: more ? this.cursors.write(list, String(after + data.length)) : null };
  }
}
