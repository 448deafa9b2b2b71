import { describe, expect, it } from '@jest/globals';
import { readElement } from './ebml.ts';
import { createLiveWebm } from './liveWebm.ts';

const element = (id: string, content: Buffer): Buffer =>
  Buffer.concat([Buffer.from(id, 'hex'), Buffer.from([0x40, content.length]), content]);
const unbounded = (id: string): Buffer => Buffer.from(`${id}01ffffffffffffff`, 'hex');
const block = (mark: number, key: boolean): Buffer =>
  element('a3', Buffer.from([0x81, 0, 0, key ? 0x80 : 0, mark]));

const header = Buffer.concat([
  element('1a45dfa3', Buffer.from([1])),
  unbounded('18538067'),
  element('1654ae6b', Buffer.from([2, 3])),
]);
const cluster = (first: Buffer, ...others: Buffer[]): Buffer =>
  Buffer.concat([unbounded('1f43b675'), element('e7', Buffer.from([9])), first, ...others]);

describe('an element', () => {
  it('is read with its size, known or not', () => {
    expect(readElement(element('a3', Buffer.alloc(5)))).toEqual({
      id: 0xa3,
      headerLength: 3,
      contentLength: 5,
    });
    expect(readElement(unbounded('1f43b675'))).toMatchObject({ id: 0x1f43b675, contentLength: Infinity });
  });

  it('is not read before its head is there', () => {
    expect(readElement(Buffer.alloc(0))).toBeUndefined();
    expect(readElement(unbounded('1f43b675').subarray(0, 7))).toBeUndefined();
  });
});

describe('a live stream', () => {
  const first = cluster(block(1, true), block(2, false));
  const second = cluster(block(3, true), block(4, false));
  const third = cluster(block(5, false));

  it('is joined at its newest key frame', () => {
    const live = createLiveWebm(2);
    live.push(Buffer.concat([header, first, second]));
    expect(live.beginning()).toEqual(Buffer.concat([header, second]));
  });

  it('is joined before a cluster without a key frame', () => {
    const live = createLiveWebm(2);
    live.push(Buffer.concat([header, first, second, third]));
    expect(live.beginning()).toEqual(Buffer.concat([header, second, third]));
  });

  it('is joined one key frame earlier while there is too little to begin with', () => {
    const live = createLiveWebm(3);
    live.push(Buffer.concat([header, first, second]));
    expect(live.beginning()).toEqual(Buffer.concat([header, first, second]));
    live.push(block(5, false));
    expect(live.beginning()).toEqual(Buffer.concat([header, second, block(5, false)]));
  });

  it('may be cut anywhere', () => {
    const whole = Buffer.concat([header, first, second]);
    for (let cut = 1; cut < whole.length; cut += 1) {
      const live = createLiveWebm(2);
      live.push(whole.subarray(0, cut));
      const beginning = live.beginning();
      live.push(whole.subarray(cut));
      expect(whole.subarray(0, cut).toString('hex')).toContain(beginning.subarray(-3).toString('hex'));
      expect(live.beginning()).toEqual(Buffer.concat([header, second]));
    }
  });
});
