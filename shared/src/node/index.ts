export * from './config.ts';
export * from './logger.ts';
export * from './mediaToken.ts';
export * from './problems.ts';
export * from './runService.ts';
