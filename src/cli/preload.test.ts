import { expect, test } from 'vitest';
import { preload } from './preload.ts';

test('modules are loaded one after another, what comes in between is done first, and one that fails stops nothing', async () => {
  const order: string[] = [];
  const module = (name: string) => async () => {
    order.push(name);
    if (name === 'broken') throw new Error('no such chunk');
    setImmediate(() => order.push(`a message after ${name}`));
  };
  await preload([module('engine'), module('broken'), module('cluster')]);
  await new Promise((done) => setImmediate(done));
  expect(order).toEqual(['engine', 'a message after engine', 'broken', 'cluster', 'a message after cluster']);
});
