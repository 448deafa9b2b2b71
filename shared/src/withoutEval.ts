import * as z from 'zod';

// In pages, schemas are interpreted: probing whether code may be generated is reported as a violation of their CSP.
z.config({ jitless: 'document' in globalThis });
