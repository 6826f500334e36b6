const SPEC = '\\.spec\\.ts$';
// A file of a service without a role in its name is pure, also in the folder of a noun. Not so main and config, with which a
// process starts, and what keeps rules of its own: other processes, and the adapter to Stripe.
const PLAIN = '^apps/([^/]+)/src/(?!main\\.|config\\.|reconcile/|sandbox/|stripe/)[a-z0-9/-]+\\.ts$';
const PLAIN_OF_THIS_APP = PLAIN.replace('([^/]+)', '$1');
const STORE = '^apps/([^/]+)/src/[a-z0-9/-]+\\.store\\.ts$';
const STORE_OF_THIS_APP = STORE.replace('([^/]+)', '$1');
const SANDBOX = '^apps/payment/src/sandbox/';

const npm = (...names) => `node_modules/(@types/)?(${names.join('|')})(/|$)`;

/** The files at `from` may import nothing but what `allowed` names. `comment` says what to do instead. */
const only = (name, from, allowed, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from, pathNot: SPEC },
  to: { pathNot: allowed },
});

const never = (name, from, to, comment) => ({ name, comment, severity: 'error', from, to });

export default {
  forbidden: [
    never(
      'no-circular',
      {},
      { circular: true },
      'Move the shared type down into a file that both import, or pass a function in. Never forwardRef, never a lazy import.',
    ),
    never(
      'not-resolvable',
      {},
      { couldNotResolve: true },
      'The file or package is not there: correct the path, or add the package to package.json.',
    ),
    never(
      'no-dev-dependency-in-src',
      { path: '^(apps|libs)/[^/]+/src/', pathNot: [SPEC, '^libs/testing/'] },
      { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
      'A process has production dependencies only: move the package to "dependencies", or the code to a test.',
    ),

    never(
      'apps-are-islands',
      { path: '^apps/([^/]+)/' },
      { path: '^apps/', pathNot: '^apps/$1/' },
      'Services share messages, never code: put what crosses the border into libs/contracts.',
    ),
    never(
      'apps-use-libs-not-drivers',
      { path: '^apps/[^/]+/src/' },
      { path: npm('pg', 'amqplib', 'pino', 'prom-client') },
      'Use #persistence, #messaging or #service instead of the driver behind it.',
    ),
    never(
      'libs-below-apps',
      { path: '^libs/' },
      { path: '^apps/' },
      'A library knows no service: let the service pass in what the library needs.',
    ),
    never(
      'libs-through-the-door',
      { path: '^(apps|libs|test|bench|tools)/([^/]+)' },
      { path: '^libs/[^/]+/src/', pathNot: ['^libs/$2/', '^libs/[^/]+/src/index\\.ts$'] },
      'Import from #contracts, #messaging, …; export it from the index.ts of the library if others may use it.',
    ),
    never(
      'no-barrel-from-inside',
      { path: '^libs/([^/]+)/src/', pathNot: SPEC },
      { path: '^libs/$1/src/index\\.ts$' },
      'Inside a library import the file itself, else index.ts is part of a cycle.',
    ),
    never(
      'tests-stay-outside',
      { path: '^(apps|libs)/[^/]+/src/', pathNot: [SPEC, '^libs/testing/'] },
      { path: ['^libs/testing/', '^test/', '^(apps|libs)/[^/]+/test/', SPEC] },
      'Code that runs in production imports nothing of the tests: move the shared part into src.',
    ),

    only(
      'contracts-is-a-leaf',
      '^libs/contracts/src/',
      ['^libs/contracts/src/', npm('class-validator', 'class-transformer', 'reflect-metadata')],
      'Contracts are what crosses a process border and nothing else: put this into the library that needs it.',
    ),
    only(
      'crash-points-are-a-leaf',
      '^libs/crash-points/src/',
      ['^libs/crash-points/src/'],
      'Every library may have a crash point: so theirs can know none of them.',
    ),
    only(
      'persistence-is-a-leaf',
      '^libs/persistence/src/',
      [
        '^libs/(persistence/src|crash-points)/',
        npm('pg'),
        '^(node:)?(crypto|fs|fs/promises|path|url|timers/promises)$',
      ],
      'Persistence knows no messages and no Nest: take a function as an argument, as OutboxRelay takes publish.',
    ),
    only(
      'messaging-knows-contracts',
      '^libs/messaging/src/',
      [
        '^libs/messaging/src/',
        '^libs/(contracts|crash-points)/',
        npm('amqplib', '@nestjs', 'rxjs', 'reflect-metadata'),
        '^(node:)?[a-z_/]+$',
      ],
      'Messaging knows contracts, not SQL: take a function as an argument.',
    ),
    only(
      'loop-joins-messages-and-rows',
      '^libs/loop/src/',
      ['^libs/loop/src/', '^libs/(contracts|crash-points|messaging|persistence)/'],
      'The loop joins messaging and persistence and does no I/O of its own: pass in what it needs.',
    ),
    only(
      'dead-letters-are-every-service',
      '^libs/dead-letters/src/',
      [
        '^libs/(dead-letters|contracts|crash-points|messaging|persistence|service)/',
        npm('@nestjs'),
        '^(node:)?(crypto|timers/promises)$',
      ],
      'What every service does with its dead letters, and no more.',
    ),

    only(
      'service-starts-processes',
      '^libs/service/src/',
      [
        '^libs/(service|contracts|crash-points|messaging|persistence)/',
        npm(
          '@nestjs',
          'class-validator',
          'fastify',
          'jose',
          'pino',
          'prom-client',
          'reflect-metadata',
          'rxjs',
        ),
        '^(node:)?[a-z_/]+$',
      ],
      'What every process has, and no more: what only one service needs belongs to that service.',
    ),

    only(
      'plain-name-is-pure',
      PLAIN,
      // csv-parse and csv-stringify: text in, values out, and back.
      [
        PLAIN_OF_THIS_APP,
        '^libs/(contracts|loop|messaging)/',
        '^(node:)?(buffer|crypto)$',
        npm('csv-parse', 'csv-stringify'),
      ],
      'A file without a role does no I/O. Give it one (noun.client.ts, noun.store.ts, …) or pass in what it needs.',
    ),
    only(
      'store-speaks-sql-only',
      STORE,
      [PLAIN_OF_THIS_APP, STORE_OF_THIS_APP, '^libs/(contracts|loop|persistence)/'],
      'A store is SQL and nothing else: decide in a plain file, send in a handler, call the outside in a client.',
    ),
    never(
      'shapes-are-types-only',
      { path: [PLAIN, STORE], pathNot: SPEC },
      { path: '^libs/(loop|messaging)/', dependencyTypesNot: ['type-only'] },
      'Plain files and stores may know the shape of messages and rules, not run them: import { type … }.',
    ),
    only(
      'handlers-load-decide-save-send',
      '^apps/([^/]+)/src/[a-z0-9/-]+\\.handlers\\.ts$',
      [
        PLAIN_OF_THIS_APP,
        STORE_OF_THIS_APP,
        '^libs/(contracts|crash-points|loop|messaging|persistence)/',
        npm('@nestjs'),
      ],
      'What else a handler needs belongs into a store, a client or a worker, or into the decision.',
    ),
    only(
      'sandbox-stands-alone',
      SANDBOX,
      [
        SANDBOX,
        '^apps/payment/src/provider\\.ts$',
        '^libs/service/',
        npm('fastify', 'class-validator', 'standardwebhooks'),
        '^(node:)?[a-z_/]+$',
      ],
      'The sandbox is the independent oracle: it knows the provider’s interface and nothing else of payment.',
    ),
    never(
      'sandbox-behind-its-client',
      { path: '^apps/payment/src/[^/]+$' },
      { path: SANDBOX, pathNot: `${SANDBOX}(?:[^/]+\\.client|webhook)\\.ts$` },
      'Payment uses the sandbox as any provider: through a client, and reads its events.',
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['source', 'import', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.json'],
    },
  },
};
