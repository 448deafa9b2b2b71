import { expect, it } from '@jest/globals';
import { Expectation } from './expectation.ts';

const fails = async (): Promise<never> => Promise.reject(new Error('no answer'));
const is = (wanted: string) => (value: string) => value === wanted;

it('holds what was acknowledged, and nothing else', async () => {
  const name = new Expectation('first');
  await name.write(is('second'), async () => 'second');
  expect(() => name.settle('the name', 'first')).toThrow('the name is first, but second was acknowledged');
  expect(() => name.settle('the name', 'second')).not.toThrow();
});

it('allows either way what was never answered, until it is known', async () => {
  const name = new Expectation('first');
  await expect(name.write(is('second'), fails)).rejects.toThrow('no answer');
  await expect(name.write(is('third'), fails)).rejects.toThrow('no answer');
  expect(['first', 'second', 'third', 'fourth'].map((actual) => name.allows(actual))).toEqual([
    true,
    true,
    true,
    false,
  ]);
  name.settle('the name', 'second');
  expect(name.allows('first')).toBe(false);
  expect(name.allows('third')).toBe(false);
});

it('is sure again after an acknowledgement', async () => {
  const name = new Expectation('first');
  await expect(name.write(is('second'), fails)).rejects.toThrow('no answer');
  await name.write(is('third'), async () => 'third');
  expect(name.allows('second')).toBe(false);
});
