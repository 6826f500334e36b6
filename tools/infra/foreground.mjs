import { apiKey, DevelopmentFile, environment, identity, sandboxBooks } from './environment.mjs';
import { allVariablesOf, Infrastructure, managementOf } from './infrastructure.mjs';
import { owned } from './owned.mjs';
import { freePort } from './ports.mjs';
import { bold, say } from './say.mjs';
import { asked } from './stopping.mjs';

const HELP = `npm run infra [-- --fresh]

Broker, databases and migrations, without the services: those you start yourself, each in a terminal of its own.
  --fresh   begin with empty data`;

const FIRST_PORT = 3000;

/** @param {string[]} args */
export async function runInfrastructure(args) {
  if (args.includes('--help')) return say(HELP);
  await owned('npm run infra', async (folder) => {
    const infrastructure = new Infrastructure(folder, environment());
    const file = new DevelopmentFile(folder);
    try {
      const opened = await infrastructure.open({ fresh: args.includes('--fresh') });
      const ports = await servicePorts();
      const { key, entry } = apiKey(folder);
      const management = managementOf(opened.broker);
      file.write({
        ...allVariablesOf(opened),
        ...ports,
        API_KEYS: entry,
        TEST_CLOCK: 'true',
        ...sandboxBooks(folder, environment()),
        ...identity(folder),
        WAYBILL_URL: `http://localhost:${ports.PORT}`,
        WAYBILL_API_KEY: key,
        RABBITMQ_MANAGEMENT_URL: management?.url,
        RABBITMQ_MANAGEMENT_USER: management?.user,
        RABBITMQ_MANAGEMENT_PASSWORD: management?.password,
      });
      say(next(management));
      await asked();
    } finally {
      say('');
      file.remove();
      await infrastructure.close();
    }
  });
}

/** Free ones, from the usual ones on. */
async function servicePorts() {
  /** @type {Record<string, string>} */
  const ports = {};
  const taken = new Set();
  for (const [i, name] of ['PORT', 'ORDER_PORT', 'PAYMENT_PORT', 'STOCK_PORT'].entries()) {
    const port = await freePort(FIRST_PORT + i, taken);
    taken.add(port);
    ports[name] = String(port);
  }
  return ports;
}

/** @param {ReturnType<typeof managementOf>} management */
const next = (management) => `
${bold('Broker and databases run.')} Start the services, each in a terminal of its own:

  npx nest start stock --watch
  npx nest start payment --watch
  npx nest start order --watch
  npx nest start gateway --watch

They find everything in .data/development.env.${
  management ? `\nRabbitMQ: ${management.url}, login ${management.user} / ${management.password}` : ''
}
Ctrl-C stops broker and databases.`;
