import { expect, test } from 'vitest'
import { ActionError, type ErrorCode } from '../../../src/errors.ts'
import type { Grant } from '../../../src/exchange.ts'
import { AT_A_TIME, readSecrets } from '../../../src/exchanges/secret/reading.ts'

/** Reads secrets, each into an output of its name. */
function read(
  names: readonly string[],
  textOf: (name: string) => string,
  login: Promise<unknown> = Promise.resolve(),
): Promise<Grant> {
  const references = names.map((name) => ({ output: name, source: name, key: '' }))
  const wanted = { references, several: true, allowShort: false, allowMissing: false }
  return readSecrets(wanted, login, {
    id: (name) => name,
    read: async (name) => ({ name, text: await Promise.resolve(name).then(textOf) }),
  })
}

test('10 MiB are held together, and no more', async () => {
  const half = 'a'.repeat(5 * 1024 * 1024)
  const { outputs, outputsAreSecret } = await read(['a', 'b'], () => half)
  expect([outputs['b'] === half, outputsAreSecret]).toEqual([true, true])
  const more = read(['a', 'b', 'c'], (name) => (name === 'c' ? 'c' : half))
  await expect(more).rejects.toMatchObject({ code: 'TOO_LARGE' })
})

test.each<[ErrorCode, more: number]>([
  ['DENIED', 1],
  ['REDIRECTED', 1],
  ['UNUSABLE_SECRET', 1],
  ['UNUSABLE_ANSWER', 1],
  ['OVERLOADED', 0],
])('after %s, %i more is asked for', async (code, more) => {
  const names = Array.from({ length: AT_A_TIME + 1 }, (_, n) => `n${n}`)
  const asked: string[] = []
  const reading = read(names, (name) => {
    asked.push(name)
    if (name === 'n0') throw new ActionError(code, 'No.', { refused: { status: 403 } })
    if (name === 'n1') throw new ActionError('UNUSABLE_SECRET', 'Empty.')
    return 'obviously-fake'
  })
  await expect(reading).rejects.toMatchObject({ code, refused: { status: 403 } })
  expect(asked).toHaveLength(AT_A_TIME + more)
})

test('a login that fails is the end, whatever is read', async () => {
  const wrong = new Error('wrong')
  await expect(read(['a'], () => 'obviously-fake', Promise.reject(wrong))).rejects.toBe(wrong)
})

test('one line that is not masked is told, too', async () => {
  const { notices } = await read(['a', 'b'], (name) => (name === 'a' ? 'obviously-fake\nab' : 'obviously-fake'))
  expect(notices).toEqual(['The secret a has 1 line too short to mask.'])
})
