import { describe, expect, test } from 'vitest'
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

describe('a token that nobody gets is revoked', () => {
  test.each(['output', 'output owner', 'output expires-at'])(
    'and post has nothing to do, where "%s" cannot be written',
    async (unwritable) => {
      const { told, failed } = await handedOver({}, { unwritable })
      expect(failed).toBe('NOT_WRITTEN')
      expect(told.slice(0, 5)).toEqual([...MASKED, ...SAVED])
      expect(told.slice(-4)).toEqual([`revoke ${TOKEN}`, 'info The fake token was revoked.', ...UNDONE])
    },
  )

  test('where the job was cancelled meanwhile, and no output is set', async () => {
    const { told, failed } = await handedOver({}, {}, ({ step }) => {
      step.cancellation.cancel('SIGINT')
    })
    expect(failed).toBe('CANCELLED')
    expect(told.slice(5)).toEqual([`revoke ${TOKEN}`, 'info The fake token was revoked.', ...UNDONE])
  })

  test.each(['state', 'state revocable'])('where "%s" cannot be written', async (unwritable) => {
    const { told, failed } = await handedOver({}, { unwritable })
    expect(failed).toBe('NOT_WRITTEN')
    expect(told.slice(-2)).toEqual([`revoke ${TOKEN}`, 'info The fake token was revoked.'])
    expect(told.join('\n')).not.toContain('output ')
  })

  test('although it was to outlive the job', async () => {
    const { told } = await handedOver({ outlivesJob: true }, { unwritable: 'output' })
    expect(told.slice(3)).toEqual([`revoke ${TOKEN}`, 'info The fake token was revoked.'])
  })

  test('or is left to post, with a warning', async () => {
    const { told, failed } = await handedOver(
      {},
      { unwritable: 'output', revoke: () => Promise.reject(new Error('no')) },
    )
    expect(failed).toBe('NOT_WRITTEN')
    expect(told.slice(3)).toEqual([
      ...SAVED,
      `revoke ${TOKEN}`,
      expect.stringMatching(/^warning The fake token could not be revoked in this step; it ends at 2026-11-21T09/),
    ])
  })
})

test('where there is nothing to revoke, the error is all', async () => {
  const { told, failed } = await handedOver({ revocable: undefined as never }, { unwritable: 'output' })
  expect(failed).toBe('NOT_WRITTEN')
  expect(told).toEqual(MASKED)
})
