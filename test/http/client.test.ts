import { setImmediate } from 'node:timers/promises'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { fault, forEver, type Fault, type FaultEntry } from '../../dev/fakes/faults.ts'
import { ActionError } from '../../src/errors.ts'
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
const date = (ms: number): string => new Date(START + ms).toUTCString()

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

  test.each([300, 301, 302, 303, 304, 307, 308])('%i is a redirect, which is not followed', async (status) => {
    const elsewhere = await serving(() => ({ status: 200, body: {} }))
    const { error, answered, host } = await send([fault.redirect(elsewhere.url, status)], {
      // Nothing else makes any difference.
      refusal: () => ({ retry: 'until the deadline', code: 'ID_TOKEN_REFUSED' }),
      signed: true,
    })
    expect(error?.code).toBe('REDIRECTED')
    expect(error?.message).toMatch(new RegExp(`^The server \\(${host}\\) answered with a redirect \\(${status} [A-Z]`))
    expect(error?.text).toContain(`Use the final URL instead of http://${host}/path.`)
    expect(answered).toHaveLength(1)
    expect(elsewhere.connections).toBe(0)
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
  test.each<[string, Parameters<typeof fault.status>[1], number]>([
    // With half of it, or the usual longest wait of 250 ms, as jitter on top, half of which is drawn.
    ['of 4 s', { retryAfter: 4 }, 5_000],
    ['of 0 s', { retryAfter: 0 }, 125],
    ['until a date', { retryAfter: new Date(START + 4_000) }, 5_000],
    [
      "until a date by the server's clock",
      { retryAfter: new Date(START + MINUTE + 4_000), date: new Date(START + MINUTE) },
      5_000,
    ],
    ['until a date that is past', { retryAfter: new Date(START - 1_000) }, 125],
    ['that is none', { headers: { 'retry-after': 'soon' } }, 125],
  ])('%s', async (_name, options, waitMs) => {
    // Sent without the machine's own Date.
    const { answered, slept } = await send([
      fault.status(503, { headers: { age: '1' }, ...options, ...(options?.date && { headers: {} }) }),
    ])
    expect(answered).toEqual(['status 503', 200])
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

  test.each([{ times: 1 }, 'until the deadline'] as const)(
    'of what the system has asked again by %o, too',
    async (retry) => {
      const { slept } = await send([fault.status(400, { retryAfter: 4 })], { refusal: () => ({ retry }) })
      expect(slept).toEqual([5_000])
    },
  )
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

describe('the deadline', () => {
  test('is that of all attempts and calls together', async () => {
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

  test.each([
    [1_500, 2],
    [1_499, 1],
  ])('allows of %i ms more, after half a second, %i attempts', async (limitMs, attempts) => {
    const server = await serving(() => ({ status: 503 }))
    const { get, clock } = testClient({ limitMs })
    const prepare = (): Message => {
      clock.elapsed += 1_000
      return { headers: {} }
    }
    await expect(get(server.url, { prepare })).rejects.toThrow('Gave up')
    expect(server.requests).toHaveLength(attempts)
  })
})

describe('a message', () => {
  test('is made anew for each attempt', async () => {
    let made = 0
    const server = await serving(() => ({ status: 200, body: {} }), { faults: [fault.status(503), fault.reset()] })
    await testClient().get(server.url, { prepare: () => ({ headers: { made: String(++made) } }) })
    expect(server.requests.map(({ headers }) => headers['made'])).toEqual(['1', '2', '3'])
  })

  test.each([true, false])('that cannot be made is the end (later: %s)', async (later) => {
    const wrong = new Error('wrong')
    const { error, answered } = await send([], {
      prepare: () => {
        if (later) return Promise.reject(wrong)
        throw wrong
      },
    })
    expect(error).toBe(wrong)
    expect(answered).toEqual([])
  })

  test('is never sent unencrypted', async () => {
    await expect(testClient().get('http://app-server.example/')).rejects.toMatchObject({
      code: 'TLS_FAILED',
      message: 'The server (app-server.example): its address does not begin with https://.',
    })
  })
})

describe('the time of a signature', () => {
  /** A server whose clock is so many ms ahead refuses signatures made at another time. */
  async function sign(
    aheadMs: number,
    call: Partial<Call<unknown>> = { signed: true },
    headers: Record<string, string> = {},
  ): Promise<{ times: number[]; slept: readonly number[]; lines: readonly string[]; accepted: boolean }> {
    const times: number[] = []
    const server = await serving(({ headers: { time } }) => {
      times.push(Number(time) - START)
      const isRight = Math.abs(Number(time) - START - aheadMs) < MINUTE
      return { status: isRight ? 200 : 403, headers: { date: date(aheadMs), ...headers }, body: {} }
    })
    const { get, clock, lines } = testClient()
    clock.elapsed = 400
    const accepted = await get(server.url, { prepare: (now) => ({ headers: { time: String(now()) } }), ...call }).then(
      () => true,
      () => false,
    )
    return { times, slept: clock.slept, lines, accepted }
  }

  test.each([5 * MINUTE, -10 * MINUTE])(
    "is that of the server, from 4 minutes' difference on: %i ms",
    async (ahead) => {
      const { times, slept, lines, accepted } = await sign(ahead)
      expect(accepted).toBe(true)
      expect(times).toEqual([400, ahead])
      expect(slept).toEqual([])
      expect(lines).toContain(
        `the clock differs from the server's by ${ahead / 1_000} s; signing again with the server's time`,
      )
    },
  )

  test.each<[string, ...Parameters<typeof sign>]>([
    ['a difference of less', 4 * MINUTE - 1_000],
    ['an answer out of a cache', 10 * MINUTE, undefined, { age: '1' }],
    ['no date', 10 * MINUTE, undefined, { date: 'yesterday' }],
    ['a call that is not signed', 10 * MINUTE, {}],
  ])('stays for %s', async (_name, ...given) => {
    const { times, accepted } = await sign(...given)
    expect(accepted).toBe(false)
    expect(times).toEqual([400])
  })

  test('stays where the server is busy, whatever its clock', async () => {
    const busy = fault.status(503, { date: new Date(START + 10 * MINUTE) })
    const { slept, lines } = await send([busy], { signed: true })
    expect(slept).toEqual([125])
    expect(lines.join()).not.toContain('clock')
  })

  test('is corrected once', async () => {
    const late = (): Fault => fault.status(403, { date: new Date(START + 10 * MINUTE) })
    const { error, answered } = await send([late(), late()], { signed: true })
    expect(error?.code).toBe('DENIED')
    expect(answered).toHaveLength(2)
  })
})

describe('a success that cannot be read', () => {
  const unusable = (leavesNothing: boolean): ActionError =>
    new ActionError('UNUSABLE_ANSWER', 'No token.', { hint: 'Ask.', leavesNothing })
  const grants: Partial<Call<unknown>> = { grantEnds: 'within the hour' }
  const LOST = 'If it issued a token, nobody has it: it cannot be revoked here, and ends within the hour.'
  test.each<[string, Error, Partial<Call<unknown>>, string]>([
    ['of a call that may have brought a token', unusable(false), grants, `No token. Ask. ${LOST}`],
    ['of one that is known to have brought none', unusable(true), grants, 'No token. Ask.'],
    ['of another call', unusable(false), {}, 'No token. Ask.'],
  ])('%s is the end', async (_name, thrown, call, text) => {
    const read = (): never => {
      throw thrown
    }
    const { error, answered } = await send([], { ...call, read })
    expect(error).toMatchObject({ code: 'UNUSABLE_ANSWER', text })
    expect(answered).toEqual([200])
  })

  test.each([fault.flood(2), fault.raw(`HTTP/1.1 200 OK\r\na: ${'b'.repeat(20_000)}\r\n\r\n`)])(
    'to its end may have brought a token, too: %o',
    async (large) => {
      const { error } = await send([large], { grantEnds: 'within the hour' })
      expect(error?.text).toMatch(/too large|larger than 1 MiB/)
      expect(error?.text).toMatch(/If it issued a token, nobody has it: .* ends within the hour\.$/)
    },
  )
})

test('what is shown of a refusal holds no secret of the step', async () => {
  const { error, host } = await send([fault.status(400, { body: { message: `No ${SECRET}!` } })], {
    refusal: ({ text }) => ({ reason: text, requestId: SECRET }),
  })
  expect(error?.message).toBe(`The server (${host}) refused (400 Bad Request): {"message":"No ***!"}.`)
  expect(error?.refused).toMatchObject({ reason: '{"message":"No ***!"}', requestId: '***' })
})

describe('a failure of the connection', () => {
  test('is asked again until the deadline, and says what to check', async () => {
    const { get, clock } = testClient({ limitMs: 1_000 })
    const reset = forEver(() => {
      clock.elapsed += 400
      return fault.reset()
    })
    const server = await serving(() => ({ status: 200 }), { faults: [reset] })
    await expect(get(server.url)).rejects.toMatchObject({
      code: 'UNREACHABLE',
      message: `The server (${new URL(server.url).host}): connection reset. Gave up after 2 attempts in 1 s; the limit is 60 s (timeout-seconds).`,
      text: expect.stringContaining(`Check that ${server.url} is the right address, and that`) as string,
    })
  })

  test('where nobody listens', async () => {
    const server = await serving(() => ({ status: 200 }))
    await server.refuse()
    await expect(testClient({ limitMs: 1 }).get(server.url)).rejects.toThrow(
      ': connection refused. Gave up after 1 attempt',
    )
  })

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
    expect(server.connections).toBe(1)
    expect(server.requests).toEqual([])
    expect(clock.slept).toEqual([])
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
