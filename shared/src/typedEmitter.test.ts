import { describe, expect, it } from '@jest/globals';
import { TypedEmitter } from './typedEmitter.ts';

function build(): { emitter: TypedEmitter<{ closed: [reason: string] }>; errors: unknown[] } {
  const errors: unknown[] = [];
  return { emitter: new TypedEmitter((error, event) => errors.push([event, error])), errors };
}

describe('the emitter', () => {
  it('reaches every listener in order, past one that throws, and reports what it threw', () => {
    const { emitter, errors } = build();
    const seen: string[] = [];
    const broken = new Error('broken');
    emitter.on('closed', (reason) => seen.push(`first ${reason}`));
    emitter.on('closed', () => {
      throw broken;
    });
    emitter.on('closed', (reason) => seen.push(`last ${reason}`));
    emitter.emit('closed', 'now');
    expect(seen).toEqual(['first now', 'last now']);
    expect(errors).toEqual([['closed', broken]]);
  });

  it('no longer calls a listener that was removed, not even twice removed', () => {
    const { emitter } = build();
    const seen: string[] = [];
    const remove = emitter.on('closed', () => seen.push('removed'));
    emitter.on('closed', () => seen.push('kept'));
    remove();
    remove();
    emitter.emit('closed', '');
    expect(seen).toEqual(['kept']);
  });

  it('lets a listener remove itself or add others while it is called', () => {
    const { emitter } = build();
    const seen: string[] = [];
    const remove = emitter.on('closed', () => {
      seen.push('once');
      remove();
      emitter.on('closed', () => seen.push('added'));
    });
    emitter.emit('closed', '');
    emitter.emit('closed', '');
    expect(seen).toEqual(['once', 'added']);
  });

  it('calls nobody after all were removed', () => {
    const { emitter } = build();
    emitter.on('closed', () => {
      throw new Error('called');
    });
    emitter.removeAll();
    emitter.emit('closed', '');
  });
});
