import { readFile } from 'node:fs/promises';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Logger, Workers } from '#service';
import { GatewayConfig } from '../config.js';
import { Callers } from './callers.js';

const READ_MS = 5_000;

/** Reads API_KEYS_FILE again and again, so that a key that is taken out of it stops working without a restart. */
@Injectable()
export class ApiKeysWorker implements OnApplicationBootstrap {
  #known: string;

  constructor(
    private readonly config: GatewayConfig,
    private readonly callers: Callers,
    private readonly logger: Logger,
    private readonly workers: Workers,
  ) {
    this.#known = config.apiKeys;
  }

  onApplicationBootstrap(): void {
    const { apiKeysFile: file } = this.config;
    if (file === undefined) return;
    this.workers.every({ name: 'api-keys', intervalMs: READ_MS }, () => this.#read(file));
  }

  /** A file that is gone, or has a fault, changes nothing: those who could call still can, and the log says why. */
  async #read(file: string): Promise<void> {
    const text = (await readFile(file, 'utf8')).trim();
    if (text === this.#known) return;
    this.callers.replace(text);
    this.#known = text;
    this.logger.info({ file }, 'the API keys have changed');
  }
}
