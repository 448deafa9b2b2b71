import { everybody, type Row, type Rows } from './httpTable.ts';

const forEverybody = (answer: string): Row => ({
  door: 'public',
  cases: [{ places: ['own-group'], expect: everybody(answer) }],
});

/** What is the same for everybody and holds no data. */
export const pageRows: Rows = {
  'GET /api/v1/openapi.json': forEverybody('200'),
};

/** What the server answers to beside the API (`Api.undeclared`, which the unit test of the document holds to a list). */
export const undeclaredRows: Rows = {
  'GET /': forEverybody('200'),
  'GET /healthz': forEverybody('200'),
  'GET /agent': forEverybody('302 /agent/'),
  'GET /agent/': forEverybody('200'),
  'GET /api/v1/docs': forEverybody('200'),
  'GET /api/v1/docs/': forEverybody('200'),
  'GET /api/v1/docs/json': forEverybody('200'),
  'GET /api/v1/nothing': forEverybody('404 not-found'),
};
