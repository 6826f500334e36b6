import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { install } from './install.mjs';
import { fail } from './say.mjs';

const WAYS = `HAProxy is not here, and can't be installed from here:
  sudo apt-get install haproxy   (Debian, Ubuntu)
  brew install haproxy           (macOS)`;

/** Debian puts it where the path of few users leads. */
const find = () =>
  [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', '/opt/homebrew/bin']
    .map((folder) => join(folder, 'haproxy'))
    .find((path) => existsSync(path));

/** The HAProxy that is installed here; installs it where it is not. */
export function haproxy() {
  if (!find()) install({ title: 'HAProxy', name: 'haproxy', ways: WAYS });
  return /** @type {string} */ (find());
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    process.stdout.write(haproxy());
  } catch (error) {
    fail(error);
  }
}
