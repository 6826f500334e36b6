import { command, event, rpc } from '#contracts';
import { hasOwnUser, senderOf, sendersFor, userIn, userOf } from './users.js';

class Anything {}

const ask = rpc('payment.get.v1', Anything, Anything);
const charge = command('payment.charge.v1', Anything);
const reserved = event('stock.reserved.v1', Anything, ['order']);

it('names users after their vhost', () => {
  expect(userOf('shop', 'order')).toBe('shop_order');
  expect(userOf('/', 'reader')).toBe('waybill_reader');
  expect(userIn('amqp://broker')).toBe('guest');
  expect(userIn('amqp://a%40b:secret@broker/shop')).toBe('a@b');
});

it('knows who sends what', () => {
  expect([ask, charge, reserved].map(senderOf)).toEqual(['gateway', 'order', 'stock']);
});

describe('with a user for each process', () => {
  const ofPayment = sendersFor('payment', 'shop_payment');
  const ofOrder = sendersFor('order', 'shop_order');

  it.each([
    ['shop_gateway', ask],
    ['shop_order', charge],
    ['shop_payment', charge],
  ])('lets %s tell payment what is its to tell', (user, contract) => {
    expect(ofPayment(user, senderOf(contract))).toBe(true);
  });

  it.each([
    ['shop_stock', charge],
    ['shop_gateway', charge],
    ['shop_order', ask],
    ['shop_reader', ask],
    [null, charge],
  ])('does not let %s tell payment what is not', (user, contract) => {
    expect(ofPayment(user, senderOf(contract))).toBe(false);
  });

  it('lets a fact come only from the service that it is about', () => {
    expect(ofOrder('shop_stock', senderOf(reserved))).toBe(true);
    expect(ofOrder('shop_payment', senderOf(reserved))).toBe(false);
    expect(ofOrder('shop_gateway', senderOf(reserved))).toBe(false);
  });

  it('lets a user tell that whoever runs the broker has made for something else', () => {
    expect(ofPayment('operator', senderOf(charge))).toBe(true);
    expect(ofPayment('other_stock', senderOf(charge))).toBe(true);
  });
});

it('with one user for all tells nobody from anybody', () => {
  expect(hasOwnUser('payment', 'waybill')).toBe(false);
  expect(hasOwnUser('payment', 'shop_order')).toBe(false);
  const senders = sendersFor('payment', 'waybill');
  expect(senders('shop_stock', senderOf(charge))).toBe(true);
  expect(senders(null, senderOf(charge))).toBe(true);
});
