import { once } from 'node:events'
import * as http from 'node:http'
import type { Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startProxy } from '../../dev/fakes/proxy.ts'
import { relay } from '../../dev/fakes/relay.ts'
import { serve, type FakeServer } from '../../dev/fakes/serve.ts'

let server: FakeServer
beforeAll(async () => {
  server = await serve(() => ({ status: 200, body: 'hello' }))
})
afterAll(() => server.close())

test('a proxy connects those with its password to the hosts that it knows and to loopback, and to nothing else', async () => {
  const credentials = { user: 'me', password: 'p@ss' }
  const proxy = await startProxy({ credentials, hosts: { 'app.example': server.port } })
  const authorization = `Basic ${Buffer.from('me:p@ss').toString('base64')}`
  const connect = async (target: string, headers: object): Promise<[number, Socket]> => {
    const options = { port: proxy.port, host: '127.0.0.1', method: 'CONNECT', path: target }
    const request = http.request({ ...options, headers: { ...headers } })
    request.end()
    const [response, socket] = (await once(request, 'connect')) as [http.IncomingMessage, Socket]
    return [response.statusCode!, socket]
  }
  const [status, socket] = await connect('app.example:443', { 'proxy-authorization': authorization })
  expect(status).toBe(200)
  socket.write('GET / HTTP/1.1\r\nhost: app.example\r\nconnection: close\r\n\r\n')
  expect(await text(socket)).toContain('hello')
  const loopback = `127.0.0.1:${server.port}`
  expect((await connect(loopback, { 'proxy-authorization': authorization }))[0]).toBe(200)
  expect((await connect('elsewhere.example:443', { 'proxy-authorization': authorization }))[0]).toBe(502)
  expect((await connect(loopback, {}))[0]).toBe(407)
  expect((await connect(loopback, { 'proxy-authorization': 'Basic eDp5' }))[0]).toBe(407)
  expect(proxy.targets[0]).toEqual({ target: 'app.example:443', answered: 200 })
  await proxy.close()
})

test('a relay holds what it passes on', async () => {
  const slow = await relay(() => server.port, 60)
  const before = performance.now()
  const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
    http.get({ port: slow.port, host: '127.0.0.1', agent: false }, resolve).on('error', reject)
  })
  expect(await text(response)).toBe('hello')
  expect(performance.now() - before).toBeGreaterThan(115)
  await slow.close()
})
