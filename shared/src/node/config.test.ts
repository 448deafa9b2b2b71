import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { ConfigError, loadConfig } from './config.ts';

const schema = z.object({
  PORT: z.coerce.number().int().max(65_535).default(3_000),
  SECRET: z.string().min(16, 'must have at least 16 characters'),
  URL: z.url('must be a URL'),
});

function problemsOf(env: Record<string, string | undefined>): string {
  try {
    loadConfig(schema, env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error('The configuration was accepted.');
}

describe('the configuration', () => {
  it('is read from the variables that the schema names, trimmed, with defaults', () => {
    const env = { SECRET: ' 0123456789abcdef ', URL: 'http://127.0.0.1', OTHER: 'x', PORT: '' };
    expect(loadConfig(schema, env)).toEqual({
      PORT: 3_000,
      SECRET: '0123456789abcdef',
      URL: 'http://127.0.0.1',
    });
  });

  it('lists every bad variable at once', () => {
    const message = problemsOf({ PORT: '70000', SECRET: 'short' });
    expect(message).toContain('PORT: ');
    expect(message).toContain('SECRET: must have at least 16 characters');
    expect(message).toContain('URL: is missing, set it');
  });

  it('shows no value, for it may be a secret', () => {
    const message = problemsOf({ PORT: 'hunter2-port', SECRET: 'hunter2', URL: 'hunter2:' });
    expect(message).not.toContain('hunter2');
  });
});
