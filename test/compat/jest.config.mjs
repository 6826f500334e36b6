import config from '../../jest.config.mjs';

const e2e = config.projects.find(({ displayName }) => displayName === 'e2e');

/** The run of `npm run compat`, which is in no suite of `npm test`. */
export default {
  rootDir: '../..',
  forceExit: false,
  projects: [
    {
      ...e2e,
      displayName: 'compat',
      rootDir: '../..',
      testMatch: ['<rootDir>/test/compat/**/*.e2e-spec.ts'],
    },
  ],
};
