import { describe, expect, it } from '@jest/globals';
import { textParser } from './textParser.ts';

const { Decoder } = textParser;

describe('the parser of signaling', () => {
  it('reads events', () => {
    const decoder = new Decoder();
    const decoded: unknown[] = [];
    decoder.on('decoded', ({ data }) => void decoded.push(data));
    decoder.add('2/agent,1["time-sync",{}]');
    expect(decoded).toEqual([['time-sync', {}]]);
  });

  it.each([
    '51-/agent,["time-sync",{"_placeholder":true,"num":0}]',
    '510000-/agent,["time-sync",{"_placeholder":true,"num":0}]',
    '61-/agent,1[{"_placeholder":true,"num":0}]',
    '50-["time-sync",{}]',
  ])('waits for no attachments: %s', (packet) => {
    expect(() => new Decoder().add(packet)).toThrow(/attachments/);
  });

  it('takes no data that nothing announced', () => {
    expect(() => new Decoder().add(Buffer.from('x'))).toThrow('binary');
  });
});
