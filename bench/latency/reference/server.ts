import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { join, normalize } from 'node:path';
import { Server, type Socket } from 'socket.io';
import type { Closable } from '@sightline/e2e/harness/cleanup.ts';
import { moduleForPage } from '@sightline/e2e/harness/pageModules.ts';
import { freeTcpPort } from '@sightline/e2e/harness/ports.ts';
import type { PageToServer, ServerToPage } from './events.ts';
import { createLiveWebm } from './liveWebm.ts';

const VIEWERS = 'viewers';
/** A chunk of two seconds at 6 Mbit/s, several times over. */
const MAX_CHUNK_BYTES = 16_000_000;
/** Chromium shows nothing before it has a handful of frames. */
const PREROLL_FRAMES = 10;

/** The pages of the references, by the name of their script. */
export type ReferencePage = 'p2pCapture' | 'p2pViewer' | 'recorderCapture' | 'recorderViewer';

/** Serves the pages of the references and relays what they tell each other. */
export interface ReferenceServer extends Closable {
  url(page: ReferencePage): string;
}

const pageWith = (script: string): string => `<!doctype html>
<meta charset="utf-8"><title>${script}</title>
<script type="importmap">{"imports":{"socket.io-client":"/socket.io/socket.io.esm.min.js"}}</script>
<body><script type="module" src="/pages/${script}.ts"></script>`;

async function serve(path: string, response: ServerResponse): Promise<void> {
  const [, script] = /^\/(\w+)$/.exec(path) ?? [];
  if (script !== undefined) {
    response.writeHead(200, { 'content-type': 'text/html' }).end(pageWith(script));
  } else if (path.endsWith('.ts')) {
    const body = await moduleForPage(join(import.meta.dirname, normalize(path)));
    response.writeHead(200, { 'content-type': 'text/javascript' }).end(body);
  } else {
    response.writeHead(404).end();
  }
}

/** Starts a {@link ReferenceServer} on a free port of the loopback address. */
export async function startReferenceServer(): Promise<ReferenceServer> {
  const http = createServer((request, response) => {
    serve(request.url ?? '/', response).catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
  });
  const sockets = new Server<PageToServer, ServerToPage>(http, {
    transports: ['websocket'],
    maxHttpBufferSize: MAX_CHUNK_BYTES,
  });
  const recorded = createLiveWebm(PREROLL_FRAMES);
  sockets.on('connection', (socket: Socket<PageToServer, ServerToPage>) => {
    socket.on('signal', (signal) => socket.broadcast.emit('signal', signal));
    socket.on('chunk', (bytes) => {
      recorded.push(bytes);
      sockets.to(VIEWERS).emit('chunk', bytes);
    });
    socket.on('join', (acknowledge) => {
      acknowledge(recorded.beginning());
      void socket.join(VIEWERS);
    });
    socket.on('leave', () => void socket.leave(VIEWERS));
  });
  const port = await freeTcpPort();
  http.listen(port, '127.0.0.1');
  await once(http, 'listening');
  return {
    url: (page) => `http://127.0.0.1:${port}/${page}`,
    close: () => sockets.close(),
  };
}
