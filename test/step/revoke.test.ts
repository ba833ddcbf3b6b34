import { describe, expect, test } from 'vitest'
import { ActionError } from '../../src/errors.ts'
import type { Revocable, Revoker } from '../../src/exchange.ts'
import { revoke } from '../../src/step/revoke.ts'
import { callTo, rawServer } from '../http/fixture.ts'
import { issuing, leaping, REVOCABLE, stepWith, TOKEN, type Setting } from './fixture.ts'

const ENDLESS: Revocable = { issuer: 'fake', token: TOKEN, apiUrl: REVOCABLE.apiUrl }

async function revoked(revoke_: Revoker['revoke'], revocable: Revocable = REVOCABLE): Promise<unknown[]> {
  const { step, told } = stepWith({ revoke: revoke_ })
  return [await revoke(revocable, step, 5_000), ...told.slice(1)]
}

test.each([
  ['revoked', 'was revoked.'],
  ['gone', 'had ended already.'],
] as const)('what is %s has ended, and the log says so', async (outcome, words) => {
  const told = await revoked((_client, _revocable, { mask }) => {
    mask('obviously-fake')
    return Promise.resolve(outcome)
  })
  expect(told).toEqual([true, 'mask obviously-fake', `info The fake token ${words}`])
})

describe('what lives on is a warning', () => {
  const refused = (): Promise<never> => Promise.reject(new ActionError('DENIED', 'It refused.', { hint: 'Ask it.' }))

  test.each<[string, Revocable, string]>([
    ['at its end', REVOCABLE, 'at 2026-11-21T09:00:00.000Z'],
    ['as its issuer has it', ENDLESS, 'within the hour'],
  ])('which says when it ends: %s', async (_what, revocable, ends) => {
    expect(await revoked(refused, revocable)).toEqual([
      false,
      `warning The fake token could not be revoked in this step; it ends ${ends}. It refused. Ask it.`,
    ])
  })

  test('without the words of an error that could hold anything', async () => {
    const [, warning] = await revoked(() => Promise.reject(new TypeError(`no ${TOKEN}`)))
    expect(warning).toMatch(/ends at \S+ Unexpected TypeError in the action\. /)
    expect(warning).not.toContain(TOKEN)
  })
})

test.each(['', 'another', 'constructor', '__proto__'])('nobody revokes for the issuer "%s"', async (issuer) => {
  const { step, told } = stepWith()
  await expect(revoke({ ...REVOCABLE, issuer }, step, 5_000)).rejects.toMatchObject({ code: 'INTERNAL' })
  expect(told).toEqual([])
})

test('no connection is left open', async () => {
  const server = await rawServer(() => undefined)
  const prepare = (): Promise<never> => server.opened().then(() => Promise.reject(new Error('no')))
  await revoked((client) => client.send(callTo(server.url, { prepare, read: () => 'revoked' })))
  await server.closed()
})

describe('the requests', () => {
  /** Has a token revoked by requests to a server that keeps refusing. */
  async function warningOf(
    cancel: (step: ReturnType<typeof stepWith>['step']) => void,
    setting: Setting = {},
    limitMs = 5_000,
  ): Promise<{ warning: string; agents: unknown[] }> {
    const server = await issuing({ status: 503 })
    const { step, of } = stepWith({ clock: leaping(), ...setting, revoke: (client) => client.send(server.call) })
    cancel(step)
    await revoke(REVOCABLE, step, limitMs)
    return { warning: of('warning').join('\n'), agents: server.requests.map(({ headers }) => headers['user-agent']) }
  }

  test.each([5_000, 2_000])('have %i ms of their own, and the name of the action', async (limitMs) => {
    const environment = { GITHUB_ACTION_REPOSITORY: 'o/access-token', GITHUB_ACTION_REF: 'v1' }
    const { warning, agents } = await warningOf(() => undefined, { environment }, limitMs)
    expect(warning).toMatch(new RegExp(`Gave up after \\d+ attempts in .*; the limit is ${limitMs / 1000} s\\.`))
    expect(new Set(agents)).toEqual(new Set(['o/access-token/v1']))
  })

  test('are made although the job was cancelled, and end when the runner asks again', async () => {
    const once = await warningOf(({ cancellation }) => {
      cancellation.cancel('SIGINT')
    })
    expect(once.warning).toContain('the limit is 5 s.')
    const twice = await warningOf(({ cancellation }) => {
      cancellation.cancel('SIGINT')
      cancellation.cancel('SIGTERM')
    })
    expect(twice.warning).toContain('The step was cancelled or timed out (SIGTERM)')
    expect(twice.agents).toEqual([])
  })
})
