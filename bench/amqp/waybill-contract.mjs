import { ReserveStock, rpc } from '#contracts';

/** What is echoed: validated as a reservation is, on its way in. */
export const echo = rpc('stock.echo.v1', ReserveStock, ReserveStock, 'open');

const quiet = () => undefined;
export const silent = {
  log: { debug: quiet, info: quiet, warn: console.error, error: console.error },
  observe: quiet,
};
