import { checks } from './infra/doctor.mjs';
import { dim, green, red, say, yellow } from './infra/say.mjs';

// Runs before anything is installed, so it installs nothing itself.
const MARKS = { good: green('✓'), fair: yellow('!'), bad: red('✗') };
let bad = 0;
for (const check of checks) {
  const { name, state, words, remedy } = await check();
  say(`${MARKS[state]} ${name.padEnd(11)} ${words}`);
  if (remedy) say(`              ${dim(`→ ${remedy}`)}`);
  if (state === 'bad') bad++;
}
say(bad > 0 ? `\n${bad} to be remedied before npm start can work.` : '\nnpm start can work here.');
process.exitCode = bad > 0 ? 1 : 0;
