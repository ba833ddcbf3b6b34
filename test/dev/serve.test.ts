import * as http from 'node:http'
import { text } from 'node:stream/consumers'
import { afterEach, expect, test } from 'vitest'
import { fault, forEver, type Fault, type FaultEntry } from '../../dev/fakes/faults.ts'
import type { Handler } from '../../dev/fakes/handler.ts'
import { serve, type FakeServer, type ServeOptions } from '../../dev/fakes/serve.ts'

const open: FakeServer[] = []
afterEach(async () => {
  for (const server of open.splice(0)) await server.close()
})

async function start(faults: FaultEntry[], options: ServeOptions = {}): Promise<FakeServer> {
  const handler: Handler = ({ body }) => ({ status: 201, headers: { 'x-reply': 'b' }, body: { body } })
  const server = await serve(handler, { faults, ...options })
  open.push(server)
  return server
}

/** The answer to one request on a connection of its own. */
function get(server: FakeServer, path = '/', body = ''): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    http
      .request(`${server.url}${path}`, { method: 'POST', agent: false, headers: { 'x-test': 'a' } }, resolve)
      .on('error', reject)
      .end(body)
  })
}

test('a server answers by its handler, uses faults in order, and records what became of each request', async () => {
  const server = await start([
    fault.status(503),
    fault.none(),
    ({ url }) => (url.pathname === '/b' ? fault.status(502) : undefined),
    forEver(({ body }) => (body === 'x' ? fault.status(500) : undefined)),
  ])
  const first = server.seen(1)
  for (const [path, body] of [
    ['/one', 'über'],
    ['/', 'über'],
    ['/b', ''],
    ['/b', 'x'],
    ['/', ''],
    ['/', 'x'],
  ] as const) {
    const response = await get(server, path, body)
    if (response.statusCode !== 201) continue
    expect(response.headers).toMatchObject({ 'x-reply': 'b', 'content-type': 'application/json' })
    expect(await text(response)).toBe(JSON.stringify({ body }))
  }
  expect(await first).toMatchObject({ method: 'POST', path: '/one', body: 'über', answered: 'status 503' })
  const answered = ['status 503', 201, 'status 502', 'status 500', 201, 'status 500']
  expect(server.requests.map((request) => request.answered)).toEqual(answered)
  expect(server.requests[0]!.headers['x-test']).toBe('a')
  expect(server.connections).toBe(6)
})

test.each<[string, Fault, object]>([
  ['reset', fault.reset(), { code: 'ECONNRESET' }],
  // On Windows a reset can discard the head too.
  ['reset in the body', fault.resetInBody(), { code: 'ECONNRESET' }],
  ['short body', fault.shortBody(), { status: 200, code: 'ECONNRESET' }],
  ['lost', fault.lost(), { code: 'ECONNRESET' }],
  [
    'status',
    fault.status(429, { retryAfter: 7, headers: { 'x-a': 'b' }, body: 'slow down' }),
    { status: 429, headers: { 'retry-after': '7', 'x-a': 'b' }, body: 'slow down' },
  ],
  [
    'a date to come back',
    fault.status(503, { retryAfter: new Date(0) }),
    { status: 503, headers: { 'retry-after': 'Thu, 01 Jan 1970 00:00:00 GMT' } },
  ],
  [
    'redirect',
    fault.redirect('https://elsewhere.example/', 307),
    { status: 307, headers: { location: 'https://elsewhere.example/' } },
  ],
  ['html', fault.html(), { status: 200, headers: { 'content-type': 'text/html; charset=utf-8' } }],
  [
    'echo',
    fault.echo(403),
    { status: 403, body: expect.stringMatching(/"error_description":".*x-test: a.*the body/) as string },
  ],
  ['alter', fault.alter((real) => ({ ...real, status: 202 })), { status: 202, body: '{"body":"the body"}' }],
])('a fault: %s', async (_, each, expected) => {
  const server = await start([each])
  const seen: Record<string, unknown> = {}
  try {
    const response = await get(server, '/', 'the body')
    Object.assign(seen, { status: response.statusCode, headers: response.headers })
    seen['body'] = await text(response)
  } catch (error) {
    seen['code'] = (error as NodeJS.ErrnoException).code
  }
  expect(seen).toMatchObject(expected)
})
