import { Body, Controller, Get, Param, Put, Req } from '@nestjs/common';
import { getSettings, putSettings, SettingsRequest, type SettingsView, SkuRef } from '#contracts';
import { RpcClient } from '#messaging';
import { type ApiRequest } from '../access/auth.guard.js';
import { Needs } from '../access/policy.decorator.js';
import { GatewayConfig } from '../config.js';
import { ValidBody, ValidPart } from '../http/valid.pipe.js';

@Controller('v1/stock/:sku/settings')
export class StockSettingsController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly config: GatewayConfig,
  ) {}

  @Put()
  @Needs('stock:write')
  put(
    @Param('sku', new ValidPart(SkuRef, 'sku')) sku: string,
    @Body(new ValidBody(SettingsRequest)) settings: SettingsRequest,
    @Req() { trace }: ApiRequest,
  ): Promise<SettingsView> {
    return this.rpc.call(putSettings, { sku, settings }, this.config.callOptions(trace));
  }

  @Get()
  @Needs('stock:read')
  get(
    @Param('sku', new ValidPart(SkuRef, 'sku')) sku: string,
    @Req() { trace }: ApiRequest,
  ): Promise<SettingsView> {
    return this.rpc.call(getSettings, { sku }, this.config.callOptions(trace));
  }
}
