import type { FakeReply, FakeRequest, Handler, Now } from '../handler.ts'
import { randomText, type Issue } from '../secrets.ts'
import { OAuthError } from './request.ts'

/** The tokens that a server issued. */
export interface Tokens {
  /** @param lifetime in s */
  readonly issue: (clientId: string, lifetime: number, about?: Readonly<Record<string, unknown>>) => string
  readonly alive: (token: string) => boolean
  /** Every token that is alive. */
  readonly living: () => readonly string[]
  /** What was noted about a token when it was issued. */
  readonly about: (token: string) => Readonly<Record<string, unknown>>
  /** @returns whether it was alive; one of another client stays so */
  readonly revoke: (token: string, clientId: string) => 'revoked' | 'unknown' | 'of another client'
}

interface Issued {
  readonly clientId: string
  readonly until: number
  readonly about: Readonly<Record<string, unknown>>
  revoked: boolean
}

/** @param inState whether a step may save a token for its post step, which revokes it */
export function createTokens(now: Now, issue: Issue, inState: boolean): Tokens {
  const issued = new Map<string, Issued>()
  const alive = (token: string): boolean => {
    const found = issued.get(token)
    return found !== undefined && !found.revoked && now() < found.until
  }
  return {
    issue(clientId, lifetime, about = {}) {
      const token = `token-${randomText(60)}`
      issue(`token ${issued.size + 1}`, token, { inState })
      issued.set(token, { clientId, until: now() + lifetime * 1_000, about, revoked: false })
      return token
    },
    alive,
    living: () => [...issued.keys()].filter(alive),
    about: (token) => issued.get(token)?.about ?? {},
    revoke(token, clientId) {
      const found = issued.get(token)
      if (found === undefined || !alive(token)) return 'unknown'
      if (found.clientId !== clientId) return 'of another client'
      found.revoked = true
      return 'revoked'
    },
  }
}

/** A server that answers every OAuthError. */
export function answering(handle: (request: FakeRequest) => FakeReply | Promise<FakeReply>): Handler {
  return async (request) => {
    try {
      return await handle(request)
    } catch (error) {
      if (error instanceof OAuthError) return error.reply
      throw error
    }
  }
}
