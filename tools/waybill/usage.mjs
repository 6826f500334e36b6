export const HELP = `npx waybill <command> [options]

  failed list [--service S] [--cause C] [--status dead|redriven|discarded] [--limit 20]   messages that nobody could handle
  failed groups                                          the same, by what they died of, largest first
  failed show <service> <id>                             one, with its error, stack and body
  failed redrive <service> <id>                          sends one back to the queue in which it died
  failed redrive <service> --cause C | --all [--per-second 10] [--no-canary]   a group or all; one goes first
  failed discard <service> <id> --reason "…"             gives one up

  --url URL   of the gateway; else WAYBILL_URL, else that of the npm start that runs here
  --key KEY   with the scopes ops:read and ops:write; else WAYBILL_API_KEY, else the development key
  --json      what the gateway answered, as it is
  --help

Exit codes: 0 done, 1 refused or not reached, 2 wrong use, 3 a redrive was stopped because its canary came back.
Example: npx waybill failed groups && npx waybill failed redrive order --cause 5d41402abc4b`;

/** Wrong use: ends with exit code 2, and with the help. */
export class Usage extends Error {
  /** @param {string} message */
  constructor(message) {
    super(`${message}\n\n${HELP}`);
  }
}
