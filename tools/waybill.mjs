#!/usr/bin/env node
// The command line of an operator: `npx waybill --help`.
import { failed } from './waybill/failed.mjs';
import { HELP, Usage } from './waybill/usage.mjs';

const COMMANDS = { failed };

const [name, ...args] = process.argv.slice(2);
try {
  if (name === undefined || name === '--help' || name === 'help') console.log(HELP);
  else if (Object.hasOwn(COMMANDS, name)) await COMMANDS[/** @type {'failed'} */ (name)](args);
  else throw new Usage(`There is no command ${name}.`);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = error instanceof Usage ? 2 : 1;
}
