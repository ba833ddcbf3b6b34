import { describe, expect, test } from 'vitest'
import type { FakeServer } from '../../dev/fakes/serve.ts'
import { ActionError } from '../../src/errors.ts'
import type { Tools } from '../../src/exchange.ts'
import { act } from '../../src/step/main.ts'
import { callTo, HeldClock, rawServer } from '../http/fixture.ts'
import { EMPTY_STATE, ENDS, issuing, NOW, REVOCABLE, run, stepWith, TOKEN } from './fixture.ts'

const REFUSED = new ActionError('DENIED', 'Somebody refused.', {
  refused: { status: 403, reason: 'No.' },
  hint: 'Ask.',
})
const YEAR_MS = 366 * 24 * 3_600_000

describe('a step that is granted', () => {
  test('says in the log what it got, in harmless words, and succeeds', async () => {
    const { succeeded, told } = await run(() => ({
      secrets: [TOKEN],
      outputs: { token: TOKEN },
      summary: '::error::Token of "a\nb".',
      warnings: ['Less than asked.', 'Or more.'],
      expiresAt: ENDS,
    }))
    expect(succeeded).toBe(true)
    expect(told).toEqual([
      `mask ${TOKEN}`,
      `output token=${TOKEN}`,
      'output expires-at=2026-11-21T09:00:00.000Z',
      'warning Less than asked.',
      'warning Or more.',
      'info : :error::Token of "a b".',
    ])
  })

  test.each<[string, number, RegExp | undefined]>([
    ['now', 0, /ends at 2026-11-21T08:00:00.000Z, which is in the past by this runner's clock: one of the two/],
    ['in a moment', 1, undefined],
    ['in a year', YEAR_MS, undefined],
    ['in more than that', YEAR_MS + 1, /which is more than a year away: do not rely on that\.$/],
  ])('doubts an end %s', async (_when, ms, doubt) => {
    const expiresAt = new Date(NOW + ms)
    const { of } = await run(() => ({ expiresAt }))
    expect(of('warning')).toEqual(doubt === undefined ? [] : [expect.stringMatching(doubt)])
    expect(of('output')).toEqual([`expires-at=${expiresAt.toISOString()}`])
  })

  test('makes a table of it in the summary only where that is asked for', async () => {
    const grant = { secrets: [TOKEN], outputs: { token: TOKEN, owner: 'octo-org' } }
    expect((await run(() => grant)).of('summary')).toEqual([])
    expect((await run(() => grant, { inputs: { 'job-summary': 'never' } })).of('summary')).toEqual([])
    const always = { inputs: { 'job-summary': 'always' } }
    expect((await run(() => grant, always)).of('summary')).toEqual([
      '| output | value |\n| --- | --- |\n| owner | <code>octo-org</code> |',
    ])
    const { succeeded, of } = await run(() => grant, { ...always, unwritable: 'step_summary' })
    expect([succeeded, ...of('info')]).toEqual([true, 'Granted.', 'The job summary could not be written (Error).'])
  })
})

describe('a step that fails', () => {
  const fails = (): never => {
    throw REFUSED
  }

  test('has one annotation, and says why it was refused in a group and in the summary', async () => {
    const { succeeded, told, of } = await run(fails)
    expect(succeeded).toBe(false)
    expect(told.map((line) => line.split(' ')[0])).toEqual(['error', 'summary'])
    expect(of('error')).toEqual(['Somebody refused.\nAsk.\nDENIED: docs/troubleshooting.md#denied'])
    expect(of('summary')[0]).toMatch(/^### Refused\n\nSomebody refused/)
    expect((await run(fails, { inputs: { 'job-summary': 'never' } })).of('summary')).toEqual([])
  })

  test('changes nothing where the summary cannot be written', async () => {
    const { of } = await run(fails, { unwritable: 'step_summary' })
    expect(of('error')).toHaveLength(1)
    expect(of('info')).toEqual(['The job summary could not be written (Error).'])
  })

  test('by a fault of its own shows nothing of it but in debug mode', async () => {
    const broken = (): never => {
      throw new TypeError('a word', { cause: new Error('another') })
    }
    const { of, told } = await run(broken)
    expect(of('error')[0]).toMatch(/^Unexpected TypeError in the action\.\n.*\nINTERNAL: /)
    expect(told.join('\n')).not.toMatch(/a word|another|^\s+at /m)
    const debug = (await run(broken, { debugging: true })).of('debug').join('\n')
    expect(debug).toMatch(/ActionError: [^]*\n +at [^]*\ncaused by TypeError: a word[^]*\ncaused by Error: another/)
  })
})

describe('the inputs', () => {
  test('are read before anything is done; their problems are one error', async () => {
    const told = stepWith({ inputs: { 'timeout-seconds': '601', 'job-summary': 'x' } })
    const exchange = (): never => expect.fail('nothing is exchanged')
    const settings = (): void => undefined
    expect(await act({ settings, exchange }, told.step)).toBe(false)
    expect(told.of('error')[0]).toMatch(
      /^The inputs are invalid\. Nothing was sent\.\n- job-summary must .*\n- timeout-seconds must be a whole number of seconds from 1 to 600, not "601"; .*\nINVALID_INPUT: /,
    )
  })

  test('that are odd are warnings; those of other actions are problems', async () => {
    const exchange = {
      settings: (inputs: { warn: (text: string) => void }) => {
        inputs.warn('Odd.')
      },
      exchange: () => Promise.resolve({ secrets: [], outputs: {}, summary: 'Granted.' }),
    }
    const odd = stepWith()
    await act(exchange, odd.step)
    expect(odd.told).toEqual([...EMPTY_STATE, 'warning Odd.', 'info Granted.'])
    const other = stepWith({ environment: { 'INPUT_AWS-REGION': 'x', INPUT_REGION: '' } })
    expect(await act(exchange, other.step)).toBe(false)
    expect(other.of('error')[0]).toContain('\n- aws-region is called region here')
  })
})

describe('what an exchange borrows', () => {
  const another = { ...REVOCABLE, token: 'obviously-fake-other' }

  test.each([true, false])('is revoked before the step ends; it succeeded: %s', async (succeeds) => {
    const ran = await run((tools) => {
      tools.revokeAtEnd(REVOCABLE)
      tools.revokeAtEnd(another)
      if (!succeeds) throw REFUSED
      return {}
    })
    expect(ran.succeeded).toBe(succeeds)
    expect(ran.of('revoke')).toEqual([TOKEN, another.token])
    const last = ran.told.slice(-4)
    expect(last.map((line) => line.split(' ')[0])).toEqual(['revoke', 'info', 'revoke', 'info'])
    expect(ran.of('state')).toEqual([])
  })
})

test('state that an earlier step planted is overwritten before anything is sent', async () => {
  const { step, told } = stepWith()
  let before: readonly string[] = []
  await act({ settings: () => ((before = [...told]), undefined), exchange: () => Promise.reject(new Error()) }, step)
  expect(before).toEqual(EMPTY_STATE)
})

test('what was opened early and not used is closed before the step ends', async () => {
  const server = await rawServer(() => undefined)
  const ran = await run(async ({ send }) => {
    await send(callTo(server.url, { prepare: () => server.opened().then(() => Promise.reject(REFUSED)) }))
    return {}
  })
  expect(ran.succeeded).toBe(false)
  await server.closed()
})

describe('a step that is cancelled', () => {
  const CANCELLED = 'The step was cancelled or timed out (SIGINT).'

  test.each<[string, unknown, RegExp]>([
    [
      'a refusal is part of it',
      REFUSED,
      /^The step was cancelled or timed out \(SIGINT\)\. Somebody refused\.\nAsk\.\nCANCELLED: /,
    ],
    [
      'words of a foreign error are not',
      new Error(`no ${TOKEN}`),
      /^The step was cancelled or timed out \(SIGINT\)\.\nCANCELLED: /,
    ],
    [
      'the end itself is not repeated',
      new ActionError('CANCELLED', CANCELLED),
      /^The step was cancelled or timed out \(SIGINT\)\.\nCANCELLED: /,
    ],
  ])('is the error, whatever came of the exchange: %s', async (_what, cause, message) => {
    const ran = await run((tools, { cancellation }) => {
      tools.revokeAtEnd(REVOCABLE)
      cancellation.cancel('SIGINT')
      throw cause
    })
    expect(ran.succeeded).toBe(false)
    expect(ran.of('error')).toEqual([expect.stringMatching(message)])
    expect([ran.of('summary'), ran.of('revoke')]).toEqual([[], [TOKEN]])
  })
})

test.each([
  ['', 60_000, 5_000],
  ['7', 7_000, 5_000],
  ['3', 3_000, 3_000],
])('with timeout-seconds "%s" it sends for %i ms, and revokes for %i ms', async (seconds, sends, revokes) => {
  const server = await issuing({ status: 204 })
  const call = { ...server.call, attemptMs: 1e9 }
  const clock = new HeldClock()
  const ran = await run(
    async (tools) => {
      tools.revokeAtEnd(REVOCABLE)
      await tools.send(call)
      return {}
    },
    { inputs: { 'timeout-seconds': seconds }, revoke: (client) => client.send(call), clock },
  )
  expect(ran.succeeded).toBe(true)
  expect(clock.limits).toEqual([sends, revokes])
})

/** A runner that offers ID tokens, all of them this one. */
async function offering(
  value: string,
): Promise<{ environment: Record<string, string>; requests: FakeServer['requests'] }> {
  const { call, requests } = await issuing({ status: 200, body: { value } })
  const ACTIONS_ID_TOKEN_REQUEST_TOKEN = 'obviously-fake-request'
  return { environment: { ACTIONS_ID_TOKEN_REQUEST_URL: call.url.href, ACTIONS_ID_TOKEN_REQUEST_TOKEN }, requests }
}

test('a step has the ID tokens of its environment, and what it holds is in no debug line', async () => {
  const { environment, requests } = await offering(`${TOKEN}.e30.x`)
  const ran = await run(
    async (tools) => {
      expect(tools.now()).toBe(NOW)
      expect(tools.environment).toMatchObject(environment)
      tools.mask('obviously-fake-secret')
      return { summary: await tools.idToken('somebody') }
    },
    { environment },
  )
  expect(ran.of('mask')).toEqual(['obviously-fake-request', 'obviously-fake-secret', `${TOKEN}.e30.x`])
  expect(requests.map(({ headers }) => headers['user-agent'])).toEqual(['access-token/local'])
  expect(ran.of('debug').join('\n')).not.toContain('obviously-fake')
})

test('a refusal is explained by the claims of the ID token that was sent', async () => {
  const claims = { aud: 'one' }
  const { environment } = await offering(`e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.x`)
  const explained: unknown[] = []
  const refuse = async ({ idToken }: Tools): Promise<never> => {
    await Promise.all([idToken('one'), idToken('two')])
    throw new ActionError('DENIED', 'No.', {
      refused: { status: 403, audience: 'one' },
      explain: (given) => {
        explained.push(given)
        return {}
      },
    })
  }
  await run(refuse, { environment })
  expect(explained).toEqual([claims])
})
