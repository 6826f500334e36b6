import { Scene } from './scene.js';
it('times', async () => {
  for (let i = 0; i < 5; i++) {
    const t = [performance.now()];
    const scene = await Scene.open(); t.push(performance.now());
    const s = await scene.service(); t.push(performance.now());
    const c = await scene.client(); t.push(performance.now());
    await c.stop(); t.push(performance.now());
    await s.stop(); t.push(performance.now());
    await scene.close(); t.push(performance.now());
    process.stderr.write('open,service,client,cstop,sstop,close ' + t.slice(1).map((x, j) => Math.round(x - t[j]!)).join(' ') + '\n');
  }
});
