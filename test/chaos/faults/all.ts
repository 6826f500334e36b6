import { type KindName } from '../kinds.js';
import { brokerFaults } from './broker-faults.js';
import { databaseFaults } from './database-faults.js';
import { type Happening } from './happening.js';
import { lineFaults } from './line-faults.js';
import { processFaults } from './process-faults.js';
import { providerFaults } from './provider-faults.js';
import { queueFaults } from './queue-faults.js';

export const FAULTS: Readonly<Record<KindName, Happening>> = {
  ...processFaults,
  ...brokerFaults,
  ...queueFaults,
  ...databaseFaults,
  ...lineFaults,
  ...providerFaults,
};
