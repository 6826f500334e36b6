import { brokersOf } from '#messaging';
import { RabbitCluster } from './rabbit-cluster.js';

let cluster: RabbitCluster;

// The users are made at the first node; at the last one they try what they may do.
beforeAll(async () => {
  cluster = await RabbitCluster.start(`${process.env.WAYBILL_TEST_FOLDER}/rabbit-cluster`);
  process.env.WAYBILL_TEST_BROKER_URL = brokersOf(cluster.url).at(-1);
  process.env.WAYBILL_TEST_MANAGEMENT_URL = cluster.managementUrl;
});
// An import would come before the cluster.
jest.requireActual('../../libs/messaging/test/permissions.spec.js');

// After theirs, which still needs it.
afterAll(() => cluster?.stop());
