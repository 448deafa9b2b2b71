import { jest } from '@jest/globals';

// Jest takes no testTimeout per project; the longest scenario watches a static screen for 60 s.
jest.setTimeout(180_000);
