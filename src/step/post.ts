import type { Revocable } from '../exchange.ts'
import { member, parseJson } from '../http/answer.ts'
import { INVALID_STATE, revoke } from './revoke.ts'
import type { Runner } from './runner.ts'
import type { Step } from './step.ts'

/** How long the post step may last, in ms. */
const POST_MS = 15_000
/** The form of what is saved. */
const VERSION = '2'

/**
 * Saves for post what it has to revoke; `undefined` for nothing. As one value, so that post finds all of it or nothing.
 *
 * @throws ActionError `NOT_WRITTEN`
 */
export function saveRevocable(revocable: Revocable | undefined, { saveState }: Runner): void {
  saveState('version', VERSION)
  saveState('revocable', revocable === undefined ? '' : JSON.stringify(revocable))
}

/**
 * Revokes what the main step saved, when the job ends: whatever a clock says, its issuer is asked. Never fails the job:
 * whatever goes wrong is one warning that names the reason and when the token ends by itself.
 */
export async function revokeSaved(step: Step): Promise<boolean> {
  const { runner, secrets, revokers } = step
  const saved = runner.state('revocable')
  if (saved.trim() === '') {
    runner.info('Nothing to revoke.')
    return true
  }
  const json = parseJson(saved)
  const token = member(json, 'token')
  if (typeof token === 'string') secrets.mask(token)
  const revocable = readRevocable(json)
  if (revocable === undefined || !Object.hasOwn(revokers, revocable.issuer)) {
    runner.warning(`The token could not be revoked. ${INVALID_STATE}`)
  } else {
    await revoke(revocable, step, POST_MS, 'could not be revoked')
  }
  return true
}

/** What was saved, of which a step in between could have set anything; `undefined` if it is not of that form. */
function readRevocable(json: unknown): Revocable | undefined {
  const text = (name: string): string | undefined => {
    const value = member(json, name)
    return typeof value === 'string' ? value : undefined
  }
  const [issuer, token, apiUrl] = [text('issuer'), text('token'), text('apiUrl')]
  if (issuer === undefined || token === undefined || apiUrl === undefined) return undefined
  const ends = new Date(text('ends') ?? '')
  const extra = Object.entries(member(json, 'extra') ?? {}).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  )
  return { issuer, token, apiUrl, ...(!Number.isNaN(ends.getTime()) && { ends }), extra: Object.fromEntries(extra) }
}
