import type * as z from 'zod';
import type { Ack } from './ack.ts';

/** A request: what is sent with it, and the data of a successful acknowledgement. */
export interface RequestSchema {
  request: z.ZodType;
  response: z.ZodType;
}

/** All requests of one direction, by event name. */
export type RequestTable = Record<string, RequestSchema>;

/** All one-way events of one direction, by event name. */
export type NoticeTable = Record<string, z.ZodType>;

/** What a sender puts into a request. */
export type RequestOf<T extends RequestTable, Name extends keyof T> = z.input<T[Name]['request']>;

/** What the handler of a request sees after parsing. */
export type ParsedRequestOf<T extends RequestTable, Name extends keyof T> = z.output<T[Name]['request']>;

/** What a successful acknowledgement carries. */
export type ResponseOf<T extends RequestTable, Name extends keyof T> = z.output<T[Name]['response']>;

/** The Socket.IO event map of a request table. */
export type RequestEvents<T extends RequestTable> = {
  [Name in keyof T]: (payload: RequestOf<T, Name>, ack: (answer: Ack<ResponseOf<T, Name>>) => void) => void;
};

/** The Socket.IO event map of a notice table. */
export type NoticeEvents<T extends NoticeTable> = {
  [Name in keyof T]: (payload: z.output<T[Name]>) => void;
};

/** The Socket.IO event map of a table of numbered messages. */
export type MessageEvents<T extends NoticeTable> = {
  [Name in keyof T]: (payload: z.output<T[Name]>, number: number) => void;
};

/** One handler per request of a table; it gets the parsed payload and throws a `ProtocolError` to refuse. */
export type RequestHandlers<T extends RequestTable> = {
  [Name in keyof T]: (
    payload: ParsedRequestOf<T, Name>,
  ) => ResponseOf<T, Name> | Promise<ResponseOf<T, Name>>;
};
