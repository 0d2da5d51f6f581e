/** Requests that are not HTTP enough to have a pipeline: the answer goes straight to the socket, in Heat's shape. */
import type { Socket } from 'node:net';
import { errors, HeatError } from '../engine/kernel/errors.ts';
import { faultPage } from './faults.ts';

const reasons: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: 'The request line and headers are too long.',
  ERR_HTTP_REQUEST_TIMEOUT: 'The request took too long to arrive.',
};

/** Node's `clientError`: a parse error, a header too long, a request that never ends. Closes the connection. */
export function answerBrokenRequest(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) {
    socket.destroy();
    return;
  }
  const reason = reasons[error.code ?? ''] ?? 'The request is not HTTP.';
  const timedOut = error.code === 'ERR_HTTP_REQUEST_TIMEOUT';
  const page = faultPage(
    timedOut ? new HeatError('HTTPRequestTimeout', 408, reason) : errors.BadRequest({ message: reason }),
  );
  const lines = [
    `HTTP/1.1 ${page.status} ${timedOut ? 'Request Timeout' : 'Bad Request'}`,
    ...Object.entries(page.headers).map(([name, value]) => `${name}: ${value}`),
    `Content-Length: ${Buffer.byteLength(page.body)}`,
    'Connection: close',
  ];
  socket.end(`${lines.join('\r\n')}\r\n\r\n${page.body}`);
}
