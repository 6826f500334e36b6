import { pathToFileURL } from 'node:url';
import { privateBroker } from './broker.mjs';
import { Folder } from './folder.mjs';
import { portsFrom } from './ports.mjs';
import { PrivatePostgres } from './postgres.mjs';
import { inRoot } from './root.mjs';
import { fail, Trouble } from './say.mjs';

const USAGE = `node tools/infra/control.mjs <broker|database> <restart|kill|stop|start>

  restart   stops it in order and starts it again, on the same ports and data
  kill      the same after SIGKILL, as after a power cut
  stop, start

Acts on the private servers of WAYBILL_TEST_FOLDER, else on those of npm start (.data). Returns when it is ready.`;

/**
 * Breaks and heals a private server while others use it.
 * @param {'broker' | 'database'} what
 * @param {'restart' | 'kill' | 'stop' | 'start'} action
 * @param {string} [path] the folder of the servers
 */
export async function control(what, action, path = process.env.WAYBILL_TEST_FOLDER ?? inRoot('.data')) {
  const folder = new Folder(path);
  const { ports } = folder.state;
  if (ports === undefined) throw new Trouble(`there are no private servers in ${path}`);
  const server =
    what === 'broker'
      ? privateBroker(folder, portsFrom(ports))
      : new PrivatePostgres(folder, portsFrom(ports));
  if (action === 'kill') await server.kill();
  if (action === 'stop' || action === 'restart') await server.stop();
  if (action !== 'stop') await server.start();
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [what, action] = process.argv.slice(2);
  const known =
    ['broker', 'database'].includes(what ?? '') &&
    ['restart', 'kill', 'stop', 'start'].includes(action ?? '');
  if (known) await control(/** @type {any} */ (what), /** @type {any} */ (action)).catch(fail);
  else fail(new Trouble(USAGE));
}
