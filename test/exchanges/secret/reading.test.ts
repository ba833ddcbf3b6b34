import { expect, test } from 'vitest'
import { ActionError, asActionError, type ErrorCode } from '../../../src/errors.ts'
import type { Grant } from '../../../src/exchange.ts'
import { AT_A_TIME, readSecrets } from '../../../src/exchanges/secret/reading.ts'

const many = Array.from({ length: 50 }, (_, n) => `n${n}`)

/** Reads secrets, or members of them (`NAME#KEY`), each into an output of its name. */
function read(
  names: readonly string[],
  textOf: (name: string) => string | Promise<string>,
  { login = Promise.resolve(), allowShort = false }: { login?: Promise<unknown>; allowShort?: boolean } = {},
): Promise<Grant> {
  const references = names.map((output) => {
    const [source = '', key = ''] = output.split('#')
    return { output, source, key }
  })
  return readSecrets({ references, several: true, allowShort, allowMissing: false }, login, {
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

test('fifty are read, twelve at a time', async () => {
  let [now, most] = [0, 0]
  await read(many, async (name) => {
    most = Math.max(most, ++now)
    await new Promise(setImmediate)
    now--
    return `value of ${name}`
  })
  expect(most).toBe(12)
})

test('of a member that is read, the rest of the secret is not masked', async () => {
  const { outputs, secrets } = await read(['a#user'], () => '{"user":"obviously-fake","password":"not-a-password"}')
  expect(outputs['a#user']).toBe('obviously-fake')
  expect(secrets).toContain('obviously-fake')
  expect(secrets.join('\n')).not.toContain('not-a-password')
})

test('a short one is read only where that is allowed', async () => {
  await expect(read(['a'], () => 'abc')).rejects.toMatchObject({ code: 'UNUSABLE_SECRET' })
  expect((await read(['a'], () => 'abc', { allowShort: true })).secrets).toContain('abc')
})

test.each<[ErrorCode, more: number]>([
  ['DENIED', 1],
  ['REDIRECTED', 1],
  ['UNUSABLE_SECRET', 1],
  ['UNUSABLE_ANSWER', 1],
  ['OVERLOADED', 0],
])('after %s, %i more is asked for', async (code, more) => {
  const asked: string[] = []
  const reading = read(many.slice(0, AT_A_TIME + 1), (name) => {
    asked.push(name)
    if (name === 'n0') throw new ActionError(code, 'No.', { refused: { status: 403 } })
    if (name === 'n1') throw new ActionError('UNUSABLE_SECRET', 'Empty.')
    return 'obviously-fake'
  })
  await expect(reading).rejects.toMatchObject({ code, refused: { status: 403 } })
  expect(asked).toHaveLength(AT_A_TIME + more)
})

test('each that failed is named, in an error that fits into an annotation', async () => {
  const reading = read(many, (name) => {
    throw new ActionError('DENIED', `No ${name}: ${'x'.repeat(200)}`)
  })
  const { message } = asActionError(await reading.catch((error: unknown) => error))
  expect(message.length).toBeLessThan(4_096)
  for (const name of many) expect(message).toMatch(new RegExp(`^- ${name}\\b`, 'm'))
})

test('a login that fails is the end, whatever is read', async () => {
  const wrong = new Error('wrong')
  await expect(read(['a'], () => 'obviously-fake', { login: Promise.reject(wrong) })).rejects.toBe(wrong)
})

test('one line that is not masked is told, too', async () => {
  const { notices } = await read(['a', 'b'], (name) => (name === 'a' ? 'obviously-fake\nab' : 'obviously-fake'))
  expect(notices).toEqual(['The secret a has 1 line too short to mask.'])
})
