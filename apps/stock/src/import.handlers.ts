import { Controller } from '@nestjs/common';
import {
  type FinishImport,
  finishImport,
  getImport,
  type ImportErrorList,
  type ImportList,
  type ImportRef,
  type ImportStarted,
  type ImportView,
  type ListImportErrors,
  type ListImports,
  listImportErrors,
  listImports,
  newId,
  Rejected,
  type StartImport,
  startImport,
} from '#contracts';
import { OnRpc } from '#messaging';
import { Database } from '#persistence';
import * as store from './import.store.js';
import { columnsOf } from './import-row.js';
import { importView } from './import-view.js';

/** After every id there is. */
const LAST_ID = 'imp_~';

/** Imports of products and levels: begun, finished, and asked about. */
@Controller()
export class ImportHandlers {
  constructor(private readonly database: Database) {}

  @OnRpc(startImport)
  async start({ key, format, header }: StartImport): Promise<ImportStarted> {
    if (format === 'csv') columnsOf(header);
    const opened = await store.openImport(this.database, { id: newId('imp'), key, format, header });
    if (opened.format !== format || opened.header !== header) throw new Rejected('idempotency-key-reused');
    return { import: importView(opened, this.database.now()) };
  }

  @OnRpc(finishImport)
  finish({ importId, chunks }: FinishImport): Promise<ImportView> {
    return this.database.transaction(async (tx) => {
      const found = await store.lockImport(tx, importId);
      if (!found) throw new Rejected('import-not-found');
      // Less than what came before under this key is other content as well.
      if (found.chunks !== chunks) throw new Rejected('idempotency-key-reused');
      const finished = found.finishedAt ? found : await store.saveFinished(tx, importId);
      return importView(finished, this.database.now());
    });
  }

  @OnRpc(getImport)
  async get({ importId }: ImportRef): Promise<ImportView> {
    const found = await store.findImport(this.database, importId);
    if (!found) throw new Rejected('import-not-found');
    return importView(found, this.database.now());
  }

  @OnRpc(listImports)
  async list({ before, limit }: ListImports): Promise<ImportList> {
    const found = await store.listImports(this.database, before ?? LAST_ID, limit + 1);
    const now = this.database.now();
    return { data: found.slice(0, limit).map((one) => importView(one, now)), more: found.length > limit };
  }

  @OnRpc(listImportErrors)
  async errors({ importId, after, limit }: ListImportErrors): Promise<ImportErrorList> {
    await this.get({ importId });
    const found = await store.listErrors(this.database, importId, after ?? 0, limit + 1);
    return { data: found.slice(0, limit), more: found.length > limit };
  }
}
