import type { FakeReply, FakeRequest, Handler } from '../../dev/fakes/handler.ts'
import { defaultIdentity, type Identity } from '../../dev/fakes/identity.ts'
import { createIssuer, generateIssuerKeys, type Issuer, type IssuerOptions } from '../../dev/fakes/issuer.ts'
import type { IssuedSecret } from '../../dev/fakes/secrets.ts'

const keys = await generateIssuerKeys()

/** A clock that is stopped, and an issuer by it. */
export interface Stage {
  readonly issuer: Issuer
  readonly secrets: IssuedSecret[]
  readonly issue: IssuerOptions['issue']
  readonly now: () => number
}

export async function setStage(identity: Partial<Identity> = {}, claims: IssuerOptions['claims'] = {}): Promise<Stage> {
  const secrets: IssuedSecret[] = []
  const issue: IssuerOptions['issue'] = (name, value, { inState = false } = {}) => {
    secrets.push({ name, value, inState })
  }
  const now = (): number => Date.parse('2026-11-21T12:00:00Z')
  const issuer = await createIssuer({ keys, now, identity: { ...defaultIdentity, ...identity }, issue, claims })
  return { issuer, secrets, issue, now }
}

/** Sends a request to a handler in process. */
export function ask(
  handler: Handler,
  method: string,
  url: string,
  headers: Record<string, string> = {},
  body = '',
): Promise<FakeReply> | FakeReply {
  const parsed = new URL(url)
  const request: FakeRequest = { method, url: parsed, headers: { host: parsed.host, ...headers }, body }
  return handler(request)
}

/** The body of a reply that is text. */
export function textOf(reply: FakeReply): string {
  if (typeof reply.body !== 'string') throw new Error('the reply has no text')
  return reply.body
}

/** The body of a reply as JSON. */
export function jsonOf(reply: FakeReply): Record<string, unknown> {
  return (typeof reply.body === 'object' ? reply.body : JSON.parse(textOf(reply))) as Record<string, unknown>
}
