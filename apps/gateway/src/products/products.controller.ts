import { Body, Controller, Get, Param, Put, Query, Req, Res } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import { getProduct, listProducts, ProductRequest, type ProductView, putProduct, SkuRef } from '#contracts';
import { RpcClient } from '#messaging';
import { type ApiRequest } from '../access/auth.guard.js';
import { Needs } from '../access/policy.decorator.js';
import { GatewayConfig } from '../config.js';
import { etag, replacedVersion } from '../http/etag.js';
import { ValidBody, ValidPart } from '../http/valid.pipe.js';
import { Cursors } from '../lists/cursor.js';
import { ListQuery, ValidListQuery } from '../lists/list-query.pipe.js';
import { type Page } from '../lists/page.js';

@Controller('v1/products')
export class ProductsController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly cursors: Cursors,
    private readonly config: GatewayConfig,
  ) {}

  @Put(':sku')
  @Needs('stock:write')
  async put(
    @Param('sku', new ValidPart(SkuRef, 'sku')) sku: string,
    @Body(new ValidBody(ProductRequest)) product: ProductRequest,
    @Req() { headers, trace }: ApiRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ProductView> {
    const version = replacedVersion(headers);
    const request = { sku, product, ...(version !== undefined && { expectedVersion: version }) };
    const put = await this.rpc.call(putProduct, request, this.config.callOptions(trace));
    reply.header('etag', etag(put.product.version));
    if (put.created) reply.code(201).header('location', `/v1/products/${sku}`);
    return put.product;
  }

  /** The ETag is the version of the product's own fields, for If-Match. Its stock moves without it, so there is no 304. */
  @Get(':sku')
  @Needs('stock:read')
  async get(
    @Param('sku', new ValidPart(SkuRef, 'sku')) sku: string,
    @Req() { trace }: ApiRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ProductView> {
    const product = await this.rpc.call(getProduct, { sku }, this.config.callOptions(trace));
    reply.header('etag', etag(product.version));
    return product;
  }

  @Get()
  @Needs('stock:read')
  async list(
    @Query(new ValidListQuery(ListQuery)) { limit, cursor }: ListQuery,
    @Req() { trace }: ApiRequest,
  ): Promise<Page<ProductView>> {
    const request = {
      limit,
      ...(cursor !== undefined && { after: this.cursors.read(['products'], cursor) }),
    };
    const { data, more } = await this.rpc.call(listProducts, request, this.config.callOptions(trace));
    const last = data.at(-1);
    return { data, nextCursor: more && last ? this.cursors.write(['products'], last.sku) : null };
  }
}
