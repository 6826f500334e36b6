import { armCrashPoints, crash } from './index.js';

afterEach(() => process.removeAllListeners('message'));

test('is nothing before it is armed', () => {
  expect(crash).toBeUndefined();
});

test('refuses what is no point, and says where they are listed', () => {
  expect(() => armCrashPoints('loop.svaed')).toThrow(/no crash point.*libs\/crash-points\/src\/points\.ts/);
  expect(() => armCrashPoints('loop.saved:0')).toThrow(/no crash point/);
});

describe('a process that is told where to die', () => {
  const kill = jest.spyOn(process, 'kill');
  const dying = (): unknown[] => kill.mock.calls;
  beforeEach(() => {
    jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    kill.mockReturnValue(true);
  });

  test('dies at the n-th passing of its point, and at no other', () => {
    armCrashPoints('loop.saved:2');
    expect([crash?.('loop.saved'), crash?.('loop.decided'), crash?.('loop.decided')]).toEqual([
      false,
      false,
      false,
    ]);
    expect(dying()).toEqual([]);
    expect(crash?.('loop.saved')).toBe(true);
    expect(dying()).toEqual([[process.pid, 'SIGKILL']]);
  });

  test('takes another order, and says what it has passed, unless it is dying', () => {
    const send = jest.fn();
    Object.assign(process, { send });
    armCrashPoints('wait');
    crash?.('loop.saved');
    process.emit('message', 'loop.decided:1', undefined);
    expect(send).toHaveBeenLastCalledWith({ 'loop.saved': 1 });
    crash?.('loop.decided');
    expect(dying()).toHaveLength(1);
    process.emit('message', 'wait', undefined);
    expect(send).toHaveBeenCalledTimes(1);
    Object.assign(process, { send: undefined });
  });

  test('goes on for a moment where something is on the wire, and begins nothing more', async () => {
    armCrashPoints('relay.next-bundle');
    expect([crash?.('relay.next-bundle'), crash?.('relay.next-bundle')]).toEqual([true, true]);
    expect(dying()).toEqual([]);
    for (let turn = 0; turn < 4; turn++) await new Promise((next) => setImmediate(next));
    expect(dying()).toEqual([[process.pid, 'SIGKILL']]);
  });
});
