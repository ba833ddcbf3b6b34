import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { fencesOf, readDocument } from '../../dev/documents/fences.ts'
import { nodesOf, textOf } from '../../dev/documents/markdown.ts'
import { fault } from '../../dev/fakes/faults.ts'
import { defaultIdentity } from '../../dev/fakes/identity.ts'
import { appServerSystem, policiesFor } from '../../dev/systems/app-server.ts'
import { situations } from '../../dev/runner/context.ts'
import { createWorld, ROOT, type WorldOptions } from '../../dev/world.ts'
import { asActionError } from '../../src/errors.ts'
import { appServer } from '../../src/exchanges/app-server/exchange.ts'
import { membersOf } from '../../src/exchanges/secret/value.ts'
import { runStep } from '../exchanges/in-process.ts'

const page = readDocument('docs/troubleshooting.md')
const codes = [...readFileSync(join(ROOT, 'src/errors.ts'), 'utf8').matchAll(/^ {2}\| '([A-Z_]+)'$/gm)].map(
  ([, code]) => code!,
)
const headings = nodesOf(page.text, 'heading').map(textOf)

test('there is a section for every code, and for no other', () => {
  expect(codes).toContain('DENIED')
  expect(headings.filter((heading) => /^[A-Z_]+$/.test(heading)).sort()).toEqual([...codes].sort())
})

/** The first example in the section of a code. */
function example(code: string): string {
  const from = page.text.split('\n').indexOf(`## ${code}`)
  const fence = fencesOf(page).find(({ line, language }) => line > from && language === 'text')
  return fence?.text.trimEnd() ?? ''
}

describe('the example is what the step says', () => {
  const CASES: [string, WorldOptions][] = [
    [
      'INVALID_INPUT',
      {
        inputs: { 'app-server': 'http://app-server.example.com', permissions: 'contents: rwx', 'timeout-seconds': '0' },
      },
    ],
    ['NO_ID_TOKEN', { situation: situations.withoutPermission }],
    [
      'NO_AWS_CREDENTIALS',
      { inputs: { 'app-server': 'url: https://abc123.lambda-url.eu-central-1.on.aws\nauth:\n  type: aws' } },
    ],
    ['REDIRECTED', { faults: { 'app-server': [fault.redirect('https://login.example.com/')] } }],
    ['OVERLOADED', { faults: { 'app-server': [fault.status(429, { retryAfter: 120, body: '' })] } }],
    ['DENIED', { inputs: { repository: 'octo-org/target', permissions: 'contents: write' } }],
    ['UNUSABLE_ANSWER', { faults: { 'app-server': [fault.answer({ status: 200, body: '<title>Log in</title>' })] } }],
  ]

  test.each(CASES)('%s', async (code, options) => {
    const identity = { ...defaultIdentity, owner: 'octo-org', repository: 'workflows' }
    const policies = policiesFor(identity, ['target'], 'contents: write')
    policies['octo-org/target'] = { '.github/access-token.yaml': 'origin: octo-org/target\n' }
    await using world = await createWorld(appServerSystem({ repositories: policies }), options)
    const ran = await runStep(appServer, world, '.', { event: code === 'NO_ID_TOKEN' ? 'withoutPermission' : 'push' })
    expect(ran.succeeded).toBe(false)
    expect(ran.leaks).toEqual([])
    const [error = ''] = ran.errors
    const url = world.url('app-server')
    const shown = error
      .replaceAll(url, 'https://app-server.example.com')
      .replaceAll(new URL(url).host, 'app-server.example.com')
    expect(shown).toMatch(new RegExp(`\n${code}: .*$`))
    expect(shown.replace(/\n.*$/, '')).toBe(example(code))
  })

  test('UNUSABLE_SECRET', () => {
    const text = JSON.stringify({ host: 'h', password: 'p', port: '1', username: 'u' })
    const read = membersOf({ name: '"app/database"', text })
    const shown = example('UNUSABLE_SECRET').replace('\n', ' ')
    expect(() => read('passwort')).toThrow(expect.objectContaining({ text: shown }))
  })

  test('INTERNAL', () => {
    const { text } = asActionError(new TypeError('x is undefined'))
    expect(text).toBe(example('INTERNAL').replace('\n', ' '))
  })
})
