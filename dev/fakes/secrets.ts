import { randomBytes } from 'node:crypto'
import type { Now } from './handler.ts'

/** Something a fake issued that must not be seen. */
export interface IssuedSecret {
  /** For messages of tests: `ID token 2 (sts.amazonaws.com)`. */
  readonly name: string
  readonly value: string
  /** Whether the step may save it for its post stage: true of a GitHub token, which post revokes. */
  readonly inState: boolean
}

/** Takes note of a secret that a fake issues. */
export type Issue = (name: string, value: string, more?: { inState?: boolean }) => void

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** Random text of that many characters from A–Z, a–z, 0–9, new at each call. */
export function randomText(length: number, alphabet = DIGITS): string {
  return Array.from(randomBytes(length), (byte) => alphabet[byte % alphabet.length]!).join('')
}

/** The tokens that a system issued, and what it knows about each. */
export interface Tokens<About = unknown> {
  /** Issues a token. @param lifetime in s */
  issue(name: string, token: string, lifetime: number, about: About): string
  /** What is known about a token that is alive: was issued, has not ended and was not revoked. */
  readonly find: (token: string) => About | undefined
  readonly alive: (token: string) => boolean
  /** Every token that is alive. */
  readonly living: () => readonly string[]
  readonly revoke: (token: string) => void
}

/** @param inState whether a step may save a token for its post step, which revokes it */
export function createTokens<About>(
  { now, issue }: { readonly now: Now; readonly issue: Issue },
  inState = false,
): Tokens<About> {
  const issued = new Map<string, { readonly about: About; readonly until: number }>()
  const find = (token: string): { readonly about: About } | undefined => {
    const found = issued.get(token)
    return found !== undefined && now() < found.until ? found : undefined
  }
  const alive = (token: string): boolean => find(token) !== undefined
  let count = 0
  return {
    issue(name, token, lifetime, about) {
      issue(`${name} ${++count}`, token, { inState })
      issued.set(token, { about, until: now() + lifetime * 1_000 })
      return token
    },
    find: (token) => find(token)?.about,
    alive,
    living: () => [...issued.keys()].filter(alive),
    revoke: (token) => issued.delete(token),
  }
}

/** What a system that stores secrets has for a job: one value, or, in the variant `several`, two secrets for three outputs. */
interface StoredSecrets {
  readonly several: boolean
  readonly secret: string
  /** The same as a member `password` of JSON, next to a `username`. */
  readonly database: string
  readonly license: string
  /** The input `secrets`, by how a step refers to the two. */
  readonly mapping: (database: string, license: string) => string
  /** The part of the setup that says what comes out. */
  readonly outputs: {
    readonly secret: string
    readonly credential: string
    readonly carriers: readonly string[]
    readonly accepts: (text: string) => boolean
  }
}

export function storedSecrets(variant: string, issue: Issue): StoredSecrets {
  const several = variant === 'several'
  const [secret, license] = [randomText(32), `License\n"${randomText(40)}"\n`]
  issue('secret', secret)
  if (several) issue('license', license)
  const values = { 'db-user': 'app_user', 'db-password': secret, license }
  return {
    several,
    secret,
    database: JSON.stringify({ username: 'app_user', password: secret, port: 5432 }),
    license,
    mapping: (ofDatabase, ofLicense) =>
      `db-user: ${ofDatabase}#username\ndb-password: ${ofDatabase}#password\nlicense: ${ofLicense}`,
    outputs: {
      secret,
      credential: several ? 'secrets' : 'secret',
      carriers: several ? Object.keys(values) : [],
      accepts: (text) => text === (several ? JSON.stringify(values) : secret),
    },
  }
}
