import { expect, test } from 'vitest'
import { grantTable } from '../../src/step/summary.ts'

test('shows the outputs that are no secrets, and when the credential ends', async () => {
  const table = await grantTable({
    secrets: ['obviously-fake'],
    outputs: { token: 'obviously-fake', owner: 'octo-org' },
    summary: '',
    expiresAt: new Date(0),
  })
  expect(table).toContain('octo&#45;org'.replace('&#45;', '-'))
  expect(table).toContain('1970-01-01')
  expect(table).not.toContain('fake')
})

test('shows no output of a grant of secrets, however many there are', async () => {
  const outputs = Object.fromEntries(
    Array.from({ length: 50 }, (_, index) => [`s${index}`, 'x'.repeat(100_000)]),
  )
  const secrets = Array.from({ length: 200_000 }, (_, index) => `value-${index}`)
  expect(await grantTable({ secrets, outputs, summary: '', outputsAreSecret: true })).toBe('')
})
