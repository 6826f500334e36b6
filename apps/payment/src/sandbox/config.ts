import { IsInt, IsString, Max, Min } from 'class-validator';
import { Env } from '#service';

/** Every variable that the stand-alone sandbox reads. */
export class SandboxConfig {
  /** 0 takes any that is free; the line that says "ready" names it. */
  @Env('SANDBOX_PORT') @IsInt() @Min(0) @Max(65_535) port = 3_010;

  /** Its books. Read at the start, written and synced before each answer. */
  @Env('SANDBOX_LEDGER_FILE') @IsString() ledgerFile = '.data/sandbox-ledger.jsonl';
}
