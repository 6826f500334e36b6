import { bundle } from './infra/bundle.mjs';

await bundle();
