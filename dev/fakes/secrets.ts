import { randomBytes } from 'node:crypto'

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

/** Text of several lines in the form of a certificate, new at each call; nothing reads it. */
export function certificateText(): string {
  return `-----BEGIN CERTIFICATE-----\n${randomText(64)}\n${randomText(12)}==\n-----END CERTIFICATE-----\n`
}
