import config from '../../jest.config.mjs';
import { ROOT } from '../../tools/infra/root.mjs';

const e2e = config.projects.find(({ displayName }) => displayName === 'e2e');

/** The run of `npm run compat`, which is in no suite of `npm test`. */
export default {
  rootDir: ROOT,
  forceExit: false,
  projects: [
    { ...e2e, displayName: 'compat', rootDir: ROOT, testMatch: ['<rootDir>/test/compat/**/*.e2e-spec.ts'] },
  ],
};
