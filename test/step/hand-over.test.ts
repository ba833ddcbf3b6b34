import { expect, test } from 'vitest'
import type { Grant } from '../../src/exchange.ts'
import { handOver } from '../../src/step/hand-over.ts'
import { ENDS, REVOCABLE, stepWith, TOKEN, type Setting, type Told } from './fixture.ts'

const GRANT: Grant = {
  secrets: [TOKEN, 'e\nto'],
  outputs: { token: TOKEN, owner: 'octo-org' },
  summary: '',
  expiresAt: ENDS,
  revocable: REVOCABLE,
}
const SAVED = ['state version=2', `state revocable=${JSON.stringify(REVOCABLE)}`]
const UNDONE = ['state version=2', 'state revocable=']
const MASKED = [`mask ${TOKEN}`, 'mask e', 'mask to']

/** Hands a grant over; `failed` is the code of the error, where there is one. */
async function handedOver(
  more: Partial<Grant>,
  setting: Setting = {},
  before?: (told: Told) => void,
): Promise<{ told: readonly string[]; failed?: unknown }> {
  const told = stepWith(setting)
  before?.(told)
  try {
    await handOver({ ...GRANT, ...more }, told.step, 5_000)
    return { told: told.told }
  } catch (error) {
    return { told: told.told, failed: (error as { code?: string }).code }
  }
}

test('every secret is masked, short ones too, then the token is saved, then outputs are set', async () => {
  expect(await handedOver({})).toEqual({
    told: [
      ...MASKED,
      ...SAVED,
      `output token=${TOKEN}`,
      'output owner=octo-org',
      'output expires-at=2026-11-21T09:00:00.000Z',
    ],
  })
})

test.each<[string, Partial<Grant>]>([
  ['outlives the job', { outlivesJob: true }],
  ['cannot be revoked', { revocable: undefined as never }],
])('a token that %s is not saved', async (_what, more) => {
  const { told } = await handedOver(more)
  expect(told.filter((line) => line.startsWith('state '))).toEqual([])
  expect(told).toContain(`output token=${TOKEN}`)
})

const REVOKED = [`revoke ${TOKEN}`, 'info The fake token was revoked.']
test.each<[string, Partial<Grant>, Setting, readonly unknown[]]>([
  ['no output can be written', {}, { unwritable: 'output' }, [...SAVED, ...REVOKED, ...UNDONE]],
  [
    'its end cannot be written',
    {},
    { unwritable: 'output expires-at' },
    [...SAVED, `output token=${TOKEN}`, 'output owner=octo-org', ...REVOKED, ...UNDONE],
  ],
  ['no state can be written', {}, { unwritable: 'state' }, REVOKED],
  ['post cannot be told', {}, { unwritable: 'state revocable' }, ['state version=2', ...REVOKED]],
  ['it was to outlive the job', { outlivesJob: true }, { unwritable: 'output' }, REVOKED],
  [
    'it is left to post, with a warning',
    {},
    { unwritable: 'output', revoke: () => Promise.reject(new Error('no')) },
    [
      ...SAVED,
      `revoke ${TOKEN}`,
      expect.stringMatching(/^warning The fake token could not be revoked in this step; it ends at 2026-11-21T09/),
    ],
  ],
  ['there is nothing to revoke', { revocable: undefined as never }, { unwritable: 'output' }, []],
])('a token that nobody gets is revoked; where %s', async (_what, grant, setting, told) => {
  expect(await handedOver(grant, setting)).toEqual({ told: [...MASKED, ...told], failed: 'NOT_WRITTEN' })
})

test('a token that comes after the job was cancelled is revoked, and no output is set', async () => {
  const { told, failed } = await handedOver({}, {}, ({ step }) => {
    step.cancellation.cancel('SIGINT')
  })
  expect(failed).toBe('CANCELLED')
  expect(told).toEqual([...MASKED, ...SAVED, ...REVOKED, ...UNDONE])
})
