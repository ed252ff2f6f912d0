import { createServer } from 'node:http';
import { connect } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import { listen } from '../../src/loopback/listen.ts';

test('every server on loopback takes a target in absolute form', async () => {
  const server = createServer((request, response) =>
    response.end(`${request.url ?? ''} ${request.headers.host ?? ''} ${request.rawHeaders.join()}`),
  );
  const { port, close } = await listen(server, 0);
  const socket = connect(port, '127.0.0.1');
  socket.write('GET http://cloud.example:1/v1/a?b HTTP/1.1\r\nHOST: other\r\nConnection: close\r\n\r\n');
  const text = await readText(socket);
  await close();
  expect(text).toContain('\r\n\r\n');
  expect(text).toContain('/v1/a?b cloud.example:1 HOST,cloud.example:1');
});
