import * as fc from 'fast-check';
import type { JsonSchema } from './jsonSchema.ts';

/** Values that fields of these names are likely to take. */
export type Samples = Readonly<Record<string, readonly unknown[]>>;

const LIKELY_TEXT = ['a', 'display-1', 'video/H264', 'audio/opus', '123456', 'x@y.example', '0'];
const UNLIKELY_TEXT = [
  '',
  ' ',
  '\0',
  '\ud800',
  '\u202e\u0007',
  '../../../etc/passwd',
  "' OR 1=1 --",
  '%00',
  '${x}',
];

/** An object with `__proto__` as a property of its own, as JSON can have it. */
const poisoned = (): unknown =>
  JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}');

const nested = (depth: number): unknown => {
  let value: unknown = 0;
  for (let level = 0; level < depth; level += 1) value = level % 2 === 0 ? [value] : { a: value };
  return value;
};

/** Values of no particular shape. */
const junk: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom(null, true, 0, -1, -0, 1.5, 1e308, 2 ** 53, [], {}, ...UNLIKELY_TEXT),
  fc.integer({ min: 1, max: 20_000 }).map((length) => 'x'.repeat(length)),
  fc.integer({ min: 1, max: 1_000 }).map(nested),
  fc.constant(null).map(poisoned),
);

/** What fits a schema, what nearly does, and what does not at all. */
export function payloads(schema: JsonSchema, samples: Samples): fc.Arbitrary<unknown> {
  return fc.oneof(
    { weight: 3, arbitrary: near(schema, { samples, wild: false }) },
    { weight: 4, arbitrary: near(schema, { samples, wild: true }) },
    { weight: 1, arbitrary: junk },
  );
}

interface Context {
  readonly samples: Samples;
  /** Now and then, something else stands in the place of a value. */
  readonly wild: boolean;
}

function near(schema: JsonSchema, context: Context): fc.Arbitrary<unknown> {
  const right = fitting(schema, context);
  return context.wild ? fc.oneof({ weight: 8, arbitrary: right }, { weight: 1, arbitrary: junk }) : right;
}

function fitting(schema: JsonSchema, context: Context): fc.Arbitrary<unknown> {
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.anyOf !== undefined) return fc.oneof(...schema.anyOf.map((one) => near(one, context)));
  switch (schema.type) {
    case 'object':
      return objects(schema, context);
    case 'array': {
      const { minItems = 0, maxItems = 8, items = {} } = schema;
      return fc.array(near(items, context), {
        minLength: minItems,
        maxLength: Math.max(minItems, Math.min(maxItems, 4)),
      });
    }
    case 'string':
      return texts(schema);
    case 'integer':
      return integers(schema);
    case 'number':
      return fc.double({
        noNaN: true,
        noDefaultInfinity: true,
        min: schema.minimum ?? schema.exclusiveMinimum ?? -1e12,
        max: schema.maximum ?? 1e12,
      });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    default:
      return junk;
  }
}

function integers({ minimum, exclusiveMinimum, maximum }: JsonSchema): fc.Arbitrary<number> {
  const min = minimum ?? (exclusiveMinimum === undefined ? Number.MIN_SAFE_INTEGER : exclusiveMinimum + 1);
  return fc.integer({ min, max: maximum ?? Number.MAX_SAFE_INTEGER });
}

function texts({ pattern, minLength = 0, maxLength = 64 }: JsonSchema): fc.Arbitrary<string> {
  const expression = new RegExp(pattern ?? '', 'u');
  const likely = LIKELY_TEXT.filter(
    (text) => expression.test(text) && text.length >= minLength && text.length <= maxLength,
  );
  const any = fc.string({
    minLength,
    maxLength: Math.max(minLength, Math.min(maxLength, 300)),
    unit: 'binary',
  });
  return likely.length === 0
    ? any
    : fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...likely) }, { weight: 1, arbitrary: any });
}

function objects(schema: JsonSchema, context: Context): fc.Arbitrary<unknown> {
  const { properties = {}, required = [], additionalProperties } = schema;
  const fields = Object.entries(properties).map(([key, field]): [string, fc.Arbitrary<unknown>] => {
    const sample = context.samples[key];
    const value = near(field, context);
    return [
      key,
      sample === undefined || sample.length === 0
        ? value
        : fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...sample) }, { weight: 1, arbitrary: value }),
    ];
  });
  const kept = context.wild ? [] : required;
  const named = fc.record(Object.fromEntries(fields), { requiredKeys: kept });
  const others =
    typeof additionalProperties === 'object'
      ? fc.dictionary(fc.string(), near(additionalProperties, context), { maxKeys: 6 })
      : fc.constant({});
  return fc
    .tuple(named, others, context.wild ? fc.boolean() : fc.constant(false))
    .map(([known, more, poison]) => {
      const whole: unknown = JSON.parse(JSON.stringify({ ...more, ...known }));
      return poison ? Object.assign(poisoned() ?? {}, whole) : whole;
    });
}
