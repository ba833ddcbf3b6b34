import { describe, expect, test } from 'vitest'
import { runOf } from '../../dev/runner/context.ts'
import type { Grant } from '../../src/exchange.ts'
import { grantSummary } from '../../src/step/report.ts'

const grantTable = (grant: Grant): string => grantSummary(grant, {}, runOf({}, {}), undefined)

const tableOf = (secrets: readonly string[], outputs: Readonly<Record<string, string>>): string =>
  grantTable({ secrets, outputs, summary: '' })

describe('the table of a grant', () => {
  test('has its outputs and its end', () => {
    const grant = { secrets: ['obviously-fake'], outputs: { owner: 'octo' }, summary: '', expiresAt: new Date(0) }
    expect(grantTable(grant).split('\n')).toEqual([
      '| output | value |',
      '| --- | --- |',
      '| owner | <code>octo</code> |',
      '| expires-at | <code>1970-01-01T00&#58;00&#58;00&#46;000Z</code> |',
    ])
  })

  test.each(['obviously-fake', ' obviously-fake ', 'obviously-fake\nmore', '{"a":"obviously-fake"}'])(
    'has no output with a secret in it: %j',
    (secret) => {
      expect(tableOf(['obviously-fake'], { secret, owner: 'octo' })).not.toMatch(/fake|\| secret/)
    },
  )

  test('has no output of a grant of secrets, however many there are', () => {
    const outputs = Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`s${n}`, 'x'.repeat(100_000)]))
    const secrets = Array.from({ length: 200_000 }, (_, index) => `value-${index}`)
    expect(grantTable({ secrets, outputs, summary: '', outputsAreSecret: true })).toBe('')
  })

  test('has the beginning of a long output, and says how much more there is', () => {
    expect(tableOf([], { a: 'x'.repeat(500) })).toContain(`<code>${'x'.repeat(500)}</code>`)
    const emoji = `${'x'.repeat(499)}🚀`
    expect(tableOf([], { a: `${emoji}y` })).toContain(`<code>${'x'.repeat(499)}&#8230; and 2 more characters</code>`)
  })
})
