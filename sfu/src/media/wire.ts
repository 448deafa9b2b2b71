import type * as z from 'zod';

/**
 * Takes a value of the engine as it goes over the wire: fields that the engine leaves undefined are absent, and
 * fields that the protocol does not name are dropped.
 *
 * @throws {z.ZodError} if the engine gives something that the protocol does not allow.
 */
export function toWire<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  return schema.parse(JSON.parse(JSON.stringify(value)));
}
