import { describe, expect, it } from '@jest/globals';
import { IncomingMessage, type IncomingHttpHeaders } from 'node:http';
import { Socket } from 'node:net';
import type { Exposure } from './exposure.ts';
import { createGate } from './gate.ts';

const LOCAL: Exposure = {
  host: '127.0.0.1',
  port: 3000,
  tls: undefined,
  trustedProxies: [],
  publicOrigin: 'http://127.0.0.1:3000',
  secure: false,
};
const PROXIED: Exposure = {
  ...LOCAL,
  trustedProxies: ['10.0.0.0/8'],
  publicOrigin: 'https://sightline.example',
  secure: true,
};

function request(headers: IncomingHttpHeaders, remoteAddress = '127.0.0.1'): IncomingMessage {
  const socket = new Socket();
  Object.defineProperty(socket, 'remoteAddress', { value: remoteAddress });
  return Object.assign(new IncomingMessage(socket), { headers });
}

describe('the gate of an sfu that answers this machine only', () => {
  const gate = createGate(LOCAL);

  it.each([
    [{ host: '127.0.0.1:3000' }],
    [{ host: 'localhost:3000', origin: 'http://localhost:3000' }],
    [{ host: '[::1]:3000', origin: 'http://[::1]:3000' }],
  ])('%j: from this machine, by our own page or by none', (headers) => {
    expect(gate.admits(request(headers))).toBe(true);
  });

  it.each([
    [{ host: '127.0.0.1:3000', origin: 'https://example.org' }],
    [{ host: '127.0.0.1:3000', origin: 'http://127.0.0.1:9999' }],
    [{ host: '127.0.0.1:3000', origin: 'https://127.0.0.1:3000' }],
    [{ host: 'localhost:3000', origin: 'null' }],
    [{ host: 'rebound.example.org:3000', origin: 'http://rebound.example.org:3000' }],
    [{ host: '127.0.0.1.example.org' }],
    [{ host: 'example.org@127.0.0.1' }],
    [{ host: '127.0.0.1/x' }],
    [{ host: '' }],
    [{ host: 'example.org', 'x-forwarded-host': 'localhost' }],
    [{}],
  ])('%j: not a foreign page, nor a foreign name for this machine', (headers) => {
    expect(gate.admits(request(headers))).toBe(false);
  });

  it('believes nobody about where a request came from', () => {
    expect(gate.addressOf(request({ 'x-forwarded-for': '192.0.2.1' }))).toBe('127.0.0.1');
  });
});

it('takes a request whose connection has ended meanwhile for one from nowhere', () => {
  const gone = new IncomingMessage(new Socket());
  expect(createGate(LOCAL).addressOf(gone)).toBe('0.0.0.0');
});

describe('the gate of an sfu with a public name', () => {
  const gate = createGate(PROXIED);
  const own = { host: 'sightline.example', origin: 'https://sightline.example' };

  it.each([
    [own],
    [{ host: 'Sightline.Example:80' }],
    [{ host: '127.0.0.1:3000' }],
    [{ host: '127.0.0.1:3000', origin: 'https://sightline.example' }],
  ])('%j: under that name, as the proxy passes it on, or from this machine', (headers) => {
    expect(gate.admits(request(headers, '10.1.2.3'))).toBe(true);
  });

  it.each([
    [{ ...own, origin: 'http://sightline.example' }],
    [{ ...own, host: 'other.example' }],
    [{ ...own, origin: 'http://127.0.0.1:3000' }],
    [{ host: 'sightline.example:8443' }],
  ])('%j: under no other', (headers) => {
    expect(gate.admits(request(headers, '10.1.2.3'))).toBe(false);
  });

  it('takes the address that it listens on for a name of its own: the recorder comes by it', () => {
    const proxied = createGate({ ...PROXIED, host: '10.0.0.2' });
    expect(proxied.admits(request({ host: '10.0.0.2:3000' }, '10.0.0.2'))).toBe(true);
    expect(proxied.admits(request({ host: '10.0.0.3:3000' }, '10.0.0.2'))).toBe(false);
  });

  it('believes its proxy, and nobody else, about the name that was asked for', () => {
    const forwarded = {
      ...own,
      host: 'internal:3000',
      'x-forwarded-host': 'evil.example, sightline.example',
    };
    expect(gate.admits(request(forwarded, '10.1.2.3'))).toBe(true);
    expect(gate.admits(request(forwarded, '192.0.2.9'))).toBe(false);
    const lying = { ...own, 'x-forwarded-host': 'evil.example' };
    expect(gate.admits(request(lying, '10.1.2.3'))).toBe(false);
    expect(gate.admits(request(lying, '192.0.2.9'))).toBe(true);
  });

  it.each([
    ['10.1.2.3', '192.0.2.1', '192.0.2.1'],
    ['::ffff:10.1.2.3', '192.0.2.1', '192.0.2.1'],
    ['10.1.2.3', '198.51.100.7, 192.0.2.1', '192.0.2.1'],
    ['10.1.2.3', '192.0.2.1, 10.9.9.9', '192.0.2.1'],
    ['192.0.2.9', '192.0.2.1', '192.0.2.9'],
    ['::ffff:192.0.2.9', '192.0.2.1', '192.0.2.9'],
  ])('takes a request by %s for %s as one from %s', (peer, forwardedFor, address) => {
    expect(gate.addressOf(request({ ...own, 'x-forwarded-for': forwardedFor }, peer))).toBe(address);
  });
});
