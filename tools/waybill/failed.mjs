import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Gateway } from './gateway.mjs';
import { HELP, Usage } from './usage.mjs';

const POLL_MS = 500;
const CANARY_CAME_BACK = 3;
/** Of one answer: there are no further pages. */
const MOST_GROUPS = 100;

/** @typedef {{ gateway: Gateway, args: string[], values: Record<string, any>, say: (answer: any, lines: string[]) => void }} Asked */

/** `waybill failed …`. @param {string[]} argv */
export async function failed(argv) {
  const { values, positionals } = parsed(argv);
  const [verb = 'list', ...args] = positionals;
  if (values.help) {
    console.log(HELP);
    return;
  }
  const run = { list, groups, show, redrive, discard }[verb];
  if (!run) throw new Usage(`There is no failed ${verb}.`);
  const say = (/** @type {any} */ answer, /** @type {string[]} */ lines) =>
    console.log(values.json ? JSON.stringify(answer, null, 2) : lines.join('\n'));
  await run({ gateway: new Gateway(values), args, values, say });
}

/** @param {string[]} argv */
function parsed(argv) {
  const text = /** @type {const} */ ({ type: 'string' });
  const flag = /** @type {const} */ ({ type: 'boolean' });
  try {
    return parseArgs({
      args: argv,
      allowPositionals: true,
      options: {
        service: text,
        cause: text,
        status: text,
        limit: text,
        reason: text,
        'per-second': text,
        all: flag,
        'no-canary': flag,
        url: text,
        key: text,
        json: flag,
        help: flag,
      },
    });
  } catch (error) {
    throw new Usage(/** @type {Error} */ (error).message);
  }
}

/** @param {Asked} asked */
async function list({ gateway, values, say }) {
  const query = new URLSearchParams();
  for (const name of ['service', 'cause', 'status', 'limit']) if (values[name]) query.set(name, values[name]);
  const page = await gateway.ask('GET', `/ops/failures?${query}`);
  const lines = page.data.map(
    (/** @type {any} */ { failedAt, service, id, reason, type, error }) =>
      `${failedAt}  ${service.padEnd(7)}  ${id}  ${reason}  ${type ?? '–'}  ${firstLine(error)}`,
  );
  say(page, lines.length > 0 ? lines : ['No dead letters.']);
}

/** @param {Asked} asked */
async function groups({ gateway, values, say }) {
  const query = new URLSearchParams({ limit: String(MOST_GROUPS) });
  if (values.service) query.set('service', values.service);
  const page = await gateway.ask('GET', `/ops/failures/groups?${query}`);
  const lines = page.data.map(
    (/** @type {any} */ { count, service, cause, reason, type, error }) =>
      `${String(count).padStart(6)}  ${service.padEnd(7)}  ${cause}  ${reason}  ${type ?? '–'}  ${firstLine(error)}`,
  );
  if (page.data.length >= MOST_GROUPS)
    lines.push(`These are the ${MOST_GROUPS} largest groups: there may be more.`);
  say(page, lines.length > 0 ? lines : ['No dead letters.']);
}

/** @param {Asked} asked */
async function show({ gateway, args, say }) {
  const letter = await gateway.ask('GET', pathOf(args));
  const { stack, body, actions, ...rest } = letter;
  const fields = Object.entries(rest).map(([name, value]) => `${name.padEnd(9)} ${value ?? '–'}`);
  const done = actions.map(
    (/** @type {any} */ { at, actor, action, reason }) =>
      `${at}  ${action} by ${actor}${reason ? `: ${reason}` : ''}`,
  );
  say(letter, [...fields, ...done, '', stack || 'No stack.', '', body]);
}

/** @param {Asked} asked */
async function discard({ gateway, args, values, say }) {
  if (!values.reason) throw new Usage('Why? Say it with --reason "…".');
  const letter = await gateway.ask('POST', `${pathOf(args)}/discard`, { reason: values.reason });
  say(letter, [`${letter.id} is given up.`]);
}

/** @param {Asked} asked */
async function redrive(asked) {
  const { gateway, args, values, say } = asked;
  if (args.length === 2) {
    const letter = await gateway.ask('POST', `${pathOf(args)}/redrive`);
    say(letter, [`${letter.id} is on its way to ${letter.queue}.`]);
    return;
  }
  if (args.length !== 1 || Boolean(values.cause) === Boolean(values.all)) {
    throw new Usage('Which? A service and an id, or a service and --cause or --all.');
  }
  const [service = ''] = args;
  const path = `/ops/failures/${encodeURIComponent(service)}/redrives`;
  const begun = await gateway.ask('POST', path, {
    ...(values.cause && { cause: values.cause }),
    ...(values['per-second'] && { perSecond: Number(values['per-second']) }),
    canary: !values['no-canary'],
  });
  const ended = await follow(gateway, `${path}/${begun.id}`);
  say(ended, [wordsOf(ended)]);
  if (ended.status === 'stopped') process.exitCode = CANARY_CAME_BACK;
}

/** Until it is over, with a line on the way when somebody looks. @param {Gateway} gateway @param {string} path */
async function follow(gateway, path) {
  for (;;) {
    const progress = await gateway.ask('GET', path);
    if (progress.status === 'done' || progress.status === 'stopped') {
      if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
      return progress;
    }
    if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K… ${wordsOf(progress)}`);
    await pause(POLL_MS);
  }
}

/** @param {{ status: string, redriven: number, left: number, stoppedBecause: string | null }} redrive */
function wordsOf({ status, redriven, left, stoppedBecause }) {
  const numbers = `${redriven} sent back, ${left} left`;
  if (status === 'canary') return `One goes first: ${numbers}`;
  return status === 'stopped' ? `Stopped, for ${stoppedBecause}: ${numbers}.` : `${numbers}.`;
}

/** @param {string[]} args */
function pathOf([service, id, ...more]) {
  if (!service || !id || more.length > 0)
    throw new Usage('Which? Say a service and an id: those that "failed list" shows.');
  return `/ops/failures/${encodeURIComponent(service)}/${encodeURIComponent(id)}`;
}

/** @param {string} text */
function firstLine(text) {
  return text.split('\n', 1)[0]?.slice(0, 120) ?? '';
}
