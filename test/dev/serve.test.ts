import { expect, test } from 'vitest'
import { fault, forEver } from '../../dev/fakes/faults.ts'
import { serve } from '../../dev/fakes/serve.ts'

test('a server answers by its handler, uses faults in order, and records what became of each request', async () => {
  const server = await serve(({ body }) => ({ status: 201, headers: { 'x-reply': 'b' }, body: { body } }), {
    faults: [
      fault.status(503),
      fault.none(),
      ({ url }) => (url.pathname === '/b' ? fault.status(502) : undefined),
      forEver(({ body }) => (body === 'x' ? fault.status(500) : undefined)),
    ],
  })
  const first = server.seen(1)
  for (const [path, body] of Object.entries({
    '/one': 'über',
    '/': 'über',
    '/b': '',
    '/b?': 'x',
    '/?': '',
    '/#': 'x',
  })) {
    const response = await fetch(`${server.url}${path}`, { method: 'POST', headers: { 'x-test': 'a' }, body })
    const text = await response.text()
    if (response.status !== 201) continue
    expect(Object.fromEntries(response.headers)).toMatchObject({ 'x-reply': 'b', 'content-type': 'application/json' })
    expect(text).toBe(JSON.stringify({ body }))
  }
  expect(await first).toMatchObject({ method: 'POST', path: '/one', body: 'über', answered: 'status 503' })
  const answered = ['status 503', 201, 'status 502', 'status 500', 201, 'status 500']
  expect(server.requests.map((request) => request.answered)).toEqual(answered)
  expect(server.requests[0]!.headers['x-test']).toBe('a')
  await server.close()
})
