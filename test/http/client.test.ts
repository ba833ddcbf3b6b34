import { setImmediate } from 'node:timers/promises'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { fault, type Fault, type FaultEntry } from '../../dev/fakes/faults.ts'
import { ActionError } from '../../src/errors.ts'
import type { Answer } from '../../src/http/answer.ts'
import type { Call, Message, Refusal } from '../../src/http/call.ts'
import {
  answering,
  ok,
  proxyVariables,
  SECRET,
  serving,
  START,
  testClient,
  trustedCertificates,
  until,
} from './fixture.ts'

afterEach(() => {
  vi.unstubAllEnvs()
})

const MINUTE = 60_000

/** Sends a call to a server with these faults; gives what came of it, and what the server and the clock saw. */
async function send(
  faults: readonly FaultEntry[],
  call: Partial<Call<unknown>> = {},
  options: Parameters<typeof testClient>[0] = {},
): Promise<{
  value?: unknown
  error?: ActionError
  host: string
  answered: (number | string | undefined)[]
  slept: readonly number[]
  lines: readonly string[]
}> {
  const server = await serving(() => ({ status: 200, body: { a: 1 } }), { faults: [...faults] })
  const { get, clock, lines } = testClient(options)
  const host = new URL(server.url).host
  const outcome = await get(`${server.url}/path?query`, call).then(
    (value) => ({ value }),
    (error: unknown) => ({ error: error as ActionError }),
  )
  const answered = server.requests.map((request) => request.answered)
  return { ...outcome, host, answered, slept: clock.slept, lines }
}

describe('a status', () => {
  test.each([408, 425, 429, 500, 502, 503, 504])('%i is retried', async (status) => {
    const { value, answered, slept, lines, host } = await send([fault.status(status)])
    expect(value).toEqual({ a: 1 })
    expect(answered).toEqual([`status ${status}`, 200])
    expect(slept).toEqual([125])
    expect(lines).toEqual([`GET ${host}/path: ${status}`, 'trying again in 125 ms', `GET ${host}/path: 200`])
  })

  test.each([400, 401, 403, 404, 409, 413, 422, 501])('%i is final', async (status) => {
    const { error, answered, slept } = await send([fault.status(status, { retryAfter: 1 })])
    expect(error).toMatchObject({ code: 'DENIED', refused: { status } })
    expect(answered).toEqual([`status ${status}`])
    expect(slept).toEqual([])
  })

  test('below 200 is no success', async () => {
    const server = await answering(ok('{}', '099 No'))
    await expect(testClient().get(server.url)).rejects.toMatchObject({ code: 'DENIED' })
  })

  test.each([200, 201, 204, 299])('%i is a success', async (status) => {
    const { value } = await send([fault.status(status)], { read: () => 'read' })
    expect(value).toBe('read')
  })

  test('of a yes without a body is one that may pass, where the call says so', async () => {
    const empty = fault.answer({ status: 200, body: ' \n' })
    const refusal = (): Refusal => ({ retry: 'until the deadline' })
    const { value, answered } = await send([empty], { retriesEmpty: true, refusal })
    expect(value).toEqual({ a: 1 })
    expect(answered).toEqual(['status 200', 200])
    expect(await send([empty], { refusal, read: () => 'read' })).toMatchObject({ value: 'read' })
  })

  test('that is a refusal is the answer where the call reads it as one, and no other', async () => {
    const readRefusal = ({ status }: Answer): unknown => (status === 410 ? 'gone' : undefined)
    expect(await send([fault.status(410)], { readRefusal })).toMatchObject({ value: 'gone', answered: ['status 410'] })
    expect((await send([fault.status(404)], { readRefusal })).error?.code).toBe('DENIED')
  })

  test.each([300, 302, 308])('%i is a redirect, which is not followed, whatever else is said', async (status) => {
    const elsewhere = await serving(() => ({ status: 200, body: {} }))
    const refusal = (): Refusal => ({ retry: 'until the deadline', code: 'ID_TOKEN_REFUSED' })
    const { error, answered } = await send([fault.redirect(elsewhere.url, status)], { refusal, signed: true })
    expect([error?.code, answered.length, elsewhere.connections]).toEqual(['REDIRECTED', 1, 0])
  })
})

describe('what a system says of a retry', () => {
  const until: Refusal = { retry: 'until the deadline' }
  const twice: Refusal = { retry: { times: 2 } }
  const never: Refusal = { retry: 'never' }
  test.each<[string, Refusal, number[], attempts: number, string | undefined]>([
    ['until the deadline', until, [400, 400, 400, 400], 5, undefined],
    ['twice, twice', twice, [400, 400], 3, undefined],
    ['twice, three times', twice, [400, 400, 400], 3, 'DENIED'],
    ['twice, among others that are asked again in any case', twice, [503, 400, 503, 400, 503], 6, undefined],
    ['never, though the status would', never, [503], 1, 'DENIED'],
    ['nothing', {}, [400], 1, 'DENIED'],
  ])('%s', async (_name, refusal, statuses, attempts, code) => {
    const faults = statuses.map((status) => fault.status(status))
    const { error, answered } = await send(faults, { refusal: () => refusal })
    expect(answered).toEqual([...statuses.map((status) => `status ${status}`), 200].slice(0, attempts))
    expect(error?.code).toBe(code)
  })

  test('is counted by call', async () => {
    const server = await serving(() => ({ status: 400 }))
    const { get } = testClient()
    const call = { refusal: () => ({ retry: { times: 1 } }) }
    for (const requests of [2, 4]) {
      await expect(get(server.url, call)).rejects.toMatchObject({ code: 'DENIED' })
      expect(server.requests).toHaveLength(requests)
    }
  })
})

describe('Retry-After', () => {
  test.each<[string, Parameters<typeof fault.status>[1], number, status?: number]>([
    ['of what would be final by its status', { retryAfter: 4 }, 5_000, 400],
    // With half of it, or the usual longest wait of 250 ms, as jitter on top, half of which is drawn.
    ['of 4 s', { retryAfter: 4 }, 5_000],
    ['until a date', { retryAfter: new Date(START + 4_000), headers: { age: '1' } }, 5_000],
    [
      "until a date by the server's clock",
      { retryAfter: new Date(START + MINUTE + 4_000), date: new Date(START + MINUTE) },
      5_000,
    ],
    ['that is none', { headers: { 'retry-after': 'soon' } }, 125],
  ])('%s', async (_name, options, waitMs, status = 503) => {
    const { answered, slept } = await send([fault.status(status, options)], {
      refusal: () => ({ retry: { times: 1 } }),
    })
    expect(answered).toEqual([`status ${status}`, 200])
    expect(slept).toEqual([waitMs])
  })

  test('that leaves no time is the end, and says so', async () => {
    const { error, answered, slept, host } = await send([fault.status(429, { retryAfter: 60, body: '' })])
    expect(error).toMatchObject({
      code: 'OVERLOADED',
      message: `The server (${host}) could not answer (429 Too Many Requests). It asks to wait for 60 s, which leaves no time within the limit of 60 s (timeout-seconds).`,
      refused: { status: 429 },
    })
    expect(answered).toHaveLength(1)
    expect(slept).toEqual([])
  })
})

test('a server that says 429 gets fewer requests at a time; no other does', async () => {
  const { get } = testClient()
  /** Refuses four calls once; gives how many retries came together. */
  const together = async (status: number): Promise<number> => {
    const busy: number[] = []
    let left = 0
    const server = await serving(async () => {
      const n = busy.push(busy.length + 1 - left)
      const isRetry = n > 4
      if (isRetry && status === 429) for (let turn = 0; turn < 50; turn++) await setImmediate()
      else await until(() => busy.length >= (isRetry ? 8 : 4))
      left++
      return { status: isRetry ? 200 : status, body: {} }
    })
    await Promise.all([1, 2, 3, 4].map(() => get(server.url)))
    return Math.max(...busy.slice(4))
  }
  expect(await together(429)).toBe(1)
  expect(await together(503)).toBe(4)
})

test('the deadline is that of all attempts and calls together', async () => {
  const { get, clock } = testClient({ limitMs: 2_000, limit: '2 s' })
  const server = await serving(() => {
    clock.elapsed += 200
    return { status: 503 }
  })
  const gaveUp = `The server (${new URL(server.url).host}) could not answer (503 Service Unavailable). Gave up after`
  await expect(get(server.url)).rejects.toMatchObject({
    code: 'OVERLOADED',
    message: `${gaveUp} 5 attempts in 2 s; the limit is 2 s.`,
  })
  // Half of the longest waits: 250 and 500 ms, then what is left before the last 500 ms.
  expect(clock.slept).toEqual([125, 250, 262, 31])
  await expect(get(server.url)).rejects.toThrow(`${gaveUp} 1 attempt in 0 s; the limit is 2 s.`)
})

describe('a message', () => {
  test('is made anew for each attempt', async () => {
    let made = 0
    const server = await serving(() => ({ status: 200, body: {} }), { faults: [fault.status(503), fault.reset()] })
    await testClient().get(server.url, { prepare: () => ({ headers: { made: String(++made) } }) })
    expect(server.requests.map(({ headers }) => headers['made'])).toEqual(['1', '2', '3'])
  })

  test('is never sent unencrypted', async () => {
    await expect(testClient().get('http://app-server.example/')).rejects.toMatchObject({
      code: 'TLS_FAILED',
      message: 'The server (app-server.example): its address does not begin with https://.',
    })
  })
})

describe('the time of a signature', () => {
  const ahead = (status: number, ms = 10 * MINUTE): Fault => fault.status(status, { date: new Date(START + ms) })

  test.each([4 * MINUTE, -4 * MINUTE])('is that of a server that has refused another: %i ms', async (ms) => {
    const times: number[] = []
    const prepare = (now: () => number): Message => {
      times.push(now() - START)
      return { headers: {} }
    }
    const { value, slept, lines } = await send([ahead(403, ms)], { signed: true, prepare })
    expect(value).toEqual({ a: 1 })
    expect(times).toEqual([0, ms])
    expect(slept).toEqual([])
    expect(lines).toContain(
      `the clock differs from the server's by ${ms / 1_000} s; signing again with the server's time`,
    )
  })

  test.each<[string, FaultEntry[], boolean, attempts: number, waits: number]>([
    ['of a call that is not signed, stays', [ahead(403)], false, 1, 0],
    ['stays where the server tells none', [fault.status(403, { headers: { age: '1' } })], true, 1, 0],
    ['stays where the difference is less', [ahead(403, 4 * MINUTE - 1_000)], true, 1, 0],
    ['stays where the server is busy, whatever its clock', [ahead(503)], true, 2, 1],
    ['is corrected once', [ahead(403), ahead(403)], true, 2, 0],
  ])('%s', async (_name, faults, signed, attempts, waits) => {
    const { answered, slept } = await send(faults, { signed })
    expect([answered.length, slept.length]).toEqual([attempts, waits])
  })
})

test('a success that cannot be read is the end, and may have brought a token', async () => {
  const read = (): never => {
    throw new ActionError('UNUSABLE_ANSWER', 'No token.')
  }
  const { error, answered } = await send([], { grantEnds: 'within the hour', read })
  expect(error?.text).toBe(
    'No token. If it issued a token, nobody has it: it cannot be revoked here, and ends within the hour.',
  )
  expect(answered).toEqual([200])
})

test('what is shown of a refusal holds no secret of the step', async () => {
  const { error, host } = await send([fault.status(400, { body: { message: `No ${SECRET}!` } })], {
    refusal: ({ text }) => ({ reason: text, requestId: SECRET }),
  })
  expect(error?.message).toBe(`The server (${host}) refused (400 Bad Request): {"message":"No ***!"}.`)
  expect(error?.refused).toMatchObject({ reason: '{"message":"No ***!"}', requestId: '***' })
})

describe('a failure of the connection', () => {
  const UNKNOWN = 'is from a certificate authority that this runner does not know'
  test.each([
    ['otherAuthority', UNKNOWN, 'Set NODE_EXTRA_CA_CERTS to'],
    ['expired', 'has expired', 'Renew'],
    ['early', 'is not valid yet', 'Check the clock of this runner.'],
    ['ofClient', 'is not accepted (INVALID_PURPOSE)', 'The server needs another one.'],
    ['wrongHost', 'is for another host name', 'Use the host name'],
  ] as const)('a certificate that is %s is the end', async (kind, what, hint) => {
    vi.stubEnv('NODE_EXTRA_CA_CERTS', '')
    const certificates = await trustedCertificates()
    const server = await serving(() => ({ status: 200 }), { tls: certificates[kind] })
    const { get, clock } = testClient()
    await expect(get(server.url)).rejects.toMatchObject({
      code: 'TLS_FAILED',
      message: `The server (${new URL(server.url).host}): its certificate ${what}.`,
      text: expect.stringContaining(hint) as string,
    })
    expect([server.connections, server.requests, clock.slept]).toEqual([1, [], []])
  })

  test('of a proxy does not show its password', async () => {
    const { port } = await answering('HTTP/1.1 403 No\r\n\r\n')
    proxyVariables({ https_proxy: `http://mona:p%40ss@127.0.0.1:${port}` })
    const { get, masks } = testClient()
    await expect(get('https://app-server.example')).rejects.toMatchObject({ code: 'PROXY_FAILED' })
    expect(masks).toContain('p@ss')
  })

  test('a port that speaks no TLS is the end', async () => {
    const server = await answering('HTTP/1.1 400 Bad Request\r\n\r\n')
    await expect(testClient().get(`https://127.0.0.1:${server.port}`)).rejects.toMatchObject({
      code: 'TLS_FAILED',
      message: expect.stringMatching(/: the TLS handshake failed \(E\w+\)\.$/) as string,
    })
    expect(server.received).toHaveLength(1)
  })
})
