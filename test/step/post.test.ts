import { describe, expect, test } from 'vitest'
import type { Revocable } from '../../src/exchange.ts'
import { revokeSaved, saveRevocable } from '../../src/step/post.ts'
import { ENDS, issuing, leaping, REVOCABLE, stepWith, TOKEN } from './fixture.ts'

/** Runs post after a main step that left this state. */
async function post(revocable: unknown, more: Readonly<Record<string, string>> = {}) {
  const received: Revocable[] = []
  const text = typeof revocable === 'string' ? revocable : JSON.stringify(revocable)
  const { step, told, of } = stepWith({
    state: { version: '2', revocable: text, ...more },
    revoke: (_client, given) => {
      received.push(given)
      return Promise.resolve('revoked')
    },
  })
  const succeeded = await revokeSaved(step)
  return { succeeded, received, told, of }
}

test('what main saves arrives at the revoker of its issuer', async () => {
  const state: Record<string, string> = {}
  saveRevocable(REVOCABLE, { ...stepWith().step.runner, saveState: (name, value) => (state[name] = value) })
  const { received, told, succeeded } = await post(state['revocable'])
  expect(state['version']).toBe('2')
  expect(received).toEqual([REVOCABLE])
  expect(told).toEqual([`mask ${TOKEN}`, `revoke ${TOKEN}`, 'info The fake token was revoked.'])
  expect(succeeded).toBe(true)
})

test.each(['', ' \n'])('there is nothing to revoke where nothing was saved: %j', async (text) => {
  expect(await post(text)).toMatchObject({ succeeded: true, told: ['info Nothing to revoke.'] })
})

test('the version decides nothing', async () => {
  for (const version of ['', '1', '3', '\n::add-path::/tmp']) {
    expect((await post(REVOCABLE, { version })).received).toEqual([REVOCABLE])
  }
})

test('a token that could not be revoked in 15 s is a warning, and the step succeeds', async () => {
  const server = await issuing({ status: 503 })
  const state = { revocable: JSON.stringify(REVOCABLE) }
  const { step, of } = stepWith({ state, clock: leaping(), revoke: (client) => client.send(server.call) })
  expect(await revokeSaved(step)).toBe(true)
  expect(of('warning')).toEqual([
    expect.stringMatching(
      /^The fake token could not be revoked; it ends at 2026-11-21T09:00:00.000Z\. .* the limit is 15 s\./,
    ),
  ])
  expect(of('info', 'error')).toEqual([])
})

test('a token that has ended, or ends in a far year, is asked for all the same', async () => {
  for (const ends of [new Date(0), new Date('+275760-09-13T00:00:00.000Z')]) {
    expect((await post({ ...REVOCABLE, ends })).received[0]?.ends).toEqual(ends)
  }
})

describe('state that another step may have set', () => {
  test.each<[string, object, Partial<Revocable>]>([
    ['an end that is no date', { ends: '\n::add-path::/tmp' }, { ends: undefined as never }],
    ['an end that is no text', { ends: 7 }, { ends: undefined as never }],
    ['no end', { ends: undefined }, { ends: undefined as never }],
    ['extras that are no text', { extra: { a: 'x', b: 7, c: null } }, { extra: { a: 'x' } }],
    ['no extras', { extra: null }, { extra: {} }],
    ['more than is read', { more: 'x' }, {}],
  ])('with %s is used as far as it goes', async (_what, change, read) => {
    const { received } = await post({ ...REVOCABLE, ...change })
    expect(received).toEqual([{ ...REVOCABLE, ...read }])
  })

  const INVALID = 'The state that the main step saved is invalid.'
  test.each<[string, unknown]>([
    ['no JSON', '{"token'],
    ['null', 'null'],
    ['no issuer', { ...REVOCABLE, issuer: undefined }],
    ['an issuer that nobody knows', { ...REVOCABLE, issuer: 'other' }],
    ['an issuer that every object has', { ...REVOCABLE, issuer: 'constructor' }],
    ['no token', { ...REVOCABLE, token: undefined }],
    ['a token that is no text', { ...REVOCABLE, token: 7 }],
    ['no URL', { ...REVOCABLE, apiUrl: undefined }],
  ])('as %s is a warning', async (_what, state) => {
    const { told, received, succeeded, of } = await post(state)
    expect(of('warning')).toEqual([`The token could not be revoked. ${INVALID}`])
    expect(told.filter((line) => !/^(mask|warning) /.test(line))).toEqual([])
    expect([received, succeeded]).toEqual([[], true])
  })

  test.each<[string, Partial<Revocable>]>([
    ['a URL that is not https', { apiUrl: 'http://api.github.com' }],
    ['a URL with a password', { apiUrl: 'https://me:hush-hush-hush@api.github.com' }],
    ['a token with a line break', { token: `${TOKEN}\nx-evil: yes` }],
    ['a token with a blank', { token: `${TOKEN} x` }],
    ['a token that is not ASCII', { token: `${TOKEN}é` }],
    ['an empty token', { token: '' }],
  ])('with %s is a warning with the end of the token', async (_what, change) => {
    const { received, of } = await post({ ...REVOCABLE, ...change })
    expect(of('warning')).toEqual([`The fake token could not be revoked; it ends at ${ENDS.toISOString()}. ${INVALID}`])
    expect(of('mask')[0] ?? '').toBe((change.token ?? TOKEN).split('\n')[0])
    expect(received).toEqual([])
  })
})
