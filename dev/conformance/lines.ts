import { strict as assert } from 'node:assert'
import { decodeJwt, type JWTPayload } from 'jose'
import type { Fixture, Ran, Run, Step } from './fixture.ts'
import type { Hold } from './judge.ts'

/** What a step says with {@link Step.debug} before it tries again. */
export const AGAIN = /trying again in \d+ ms/

/** A step that is refused, and the server's own words about it. */
export type Denial = readonly [name: string, words: RegExp, step?: Step | undefined]

/** A step with these inputs. */
export const given = (inputs: NonNullable<Step['inputs']>): Step => ({ inputs })

/** Refused: nothing is given, and a person reads these words, with the code. */
export function expectRefusal({ outcome, outputs, annotations, told }: Ran, words: RegExp, code = 'DENIED'): void {
  assert.deepEqual([outcome, Object.keys(outputs)], ['failure', []], told)
  assert.match(told, words)
  assert.match(annotations.find(({ level }) => level === 'error')?.message ?? '', new RegExp(`\\n${code}: `))
}

export async function holdRefusal(hold: Hold, run: Run, [name, words, step]: Denial): Promise<Ran> {
  const ran = await run(step)
  await hold(`refuses ${name}`, () => {
    expectRefusal(ran, words)
  })
  return ran
}

/** Trouble between a server and GitHub's issuer. The server has no keys yet. */
export async function holdKeys({ hold, keys }: Fixture, run: Run): Promise<void> {
  await hold('is asked again where it did not get the keys of the issuer', async () => {
    keys.missing = 1
    const { outcome, told } = await run({ debug: true })
    assert.equal(outcome, 'success', told)
    assert.equal(keys.missing, 0)
    assert.match(told, AGAIN)
  })
}

/** The post step has the issuer end the token. */
export async function expectRevoked(ran: Ran): Promise<void> {
  const { outcome, annotations, log } = await ran.post()
  assert.deepEqual([outcome, annotations], ['success', []])
  assert.match(log, / token was revoked\b/)
}

/** The claims of the output `token`, which is a JWT and ends at `expires-at` or less than a minute later. */
export function claimsOf({ outputs, told }: Ran): JWTPayload {
  const { token, 'expires-at': expiresAt = '' } = outputs
  assert(token !== undefined, told)
  const claims = decodeJwt(token)
  const earlyMs = claims.exp! * 1_000 - Date.parse(expiresAt)
  assert(earlyMs > -1_000 && earlyMs < 60_000, `expires-at is ${earlyMs} ms before the end`)
  return claims
}

/** What an API answers; the body is `{}` where there is none. */
export interface Answer {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

/** Asks an API for JSON. @param body sent as JSON, unless it is a form */
export async function callApi(method: string, url: string, token = '', body?: object): Promise<Answer> {
  const response = await fetch(url, {
    method,
    headers: {
      ...(!(body instanceof URLSearchParams) && { 'content-type': 'application/json' }),
      ...(token && { authorization: `Bearer ${token}` }),
    },
    ...(body && { body: body instanceof URLSearchParams ? body : JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as Answer['body'] }
}

/** The body of a call that has to succeed. */
export async function good(call: Promise<Answer>): Promise<Answer['body']> {
  const { status, body } = await call
  if (status >= 300) throw new Error(`${status}: ${JSON.stringify(body)}`)
  return body
}
