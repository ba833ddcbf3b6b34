/**
 * Everything that can go wrong, by a stable code. `docs/troubleshooting.md` has a section for each; the
 * annotation of a failed step links to it.
 */
export type ErrorCode =
  /** An input, or several, cannot be used. Nothing was sent. */
  | 'INVALID_INPUT'
  /** The job has no way to ask for an ID token: `id-token: write` is missing, or a fork, Dependabot, `act`. */
  | 'NO_ID_TOKEN'
  /** The runner's ID-token endpoint said no. */
  | 'ID_TOKEN_REFUSED'
  /** AWS credentials were to be taken from the environment and are not there, or have ended. */
  | 'NO_AWS_CREDENTIALS'
  /** No connection, or none that held, until the deadline. */
  | 'UNREACHABLE'
  /** The time given by `timeout-seconds` ran out while waiting for an answer. */
  | 'TIMED_OUT'
  /** The server's certificate cannot be trusted. */
  | 'TLS_FAILED'
  /** The proxy of the environment refused, or could not be reached. */
  | 'PROXY_FAILED'
  /** The server answered with a redirect; none is followed. */
  | 'REDIRECTED'
  /** The server kept answering 429 or 5xx until the deadline, or told to come back after it. */
  | 'OVERLOADED'
  /** The server said no (any other 4xx): asking again would not help. */
  | 'DENIED'
  /** The server said yes, but what it sent cannot be used: not JSON, no token, too large. */
  | 'UNUSABLE_ANSWER'
  /** A signature was refused for its time even after the clock was set by the server's. */
  | 'CLOCK_SKEWED'
  /** The secret is there but cannot be handed over: empty, too short to mask, binary, no such key. */
  | 'UNUSABLE_SECRET'
  /** The outputs or the state could not be written. The credential was taken back. */
  | 'NOT_WRITTEN'
  /** The job was cancelled. */
  | 'CANCELLED'
  /** A fault of this action. */
  | 'INTERNAL'

/** What the system said when it refused; every text is one printable line from a named field of its answer. */
export interface Refused {
  /** Who said it, as `Call.service` names it. */
  readonly service: string
  /** The audience of the ID token that was sent along, where one was. */
  readonly audience?: string
  /** HTTP status. */
  readonly status: number
  /** The server's own words, made safe to show by {@link showable}. */
  readonly reason?: string
  /** The id by which the server's operator finds this request in the logs. */
  readonly requestId?: string
  /** The whole message as the server sent it, for the exchange's `explain`. Hostile text: never shown as it is. */
  readonly message?: string
}

/** The one error class. `message` says what failed and why, `hint` what to change. Neither holds a secret. */
export class ActionError extends Error {
  readonly code: ErrorCode
  /** The next step for the person who reads the annotation; empty where there is none. */
  readonly hint: string
  /** Present where a server answered and said no. */
  readonly refused: Refused | undefined

  constructor(
    code: ErrorCode,
    message: string,
    more: { hint?: string | undefined; cause?: unknown; refused?: Refused | undefined } = {},
  ) {
    super(message, { cause: more.cause })
    this.name = 'ActionError'
    this.code = code
    this.hint = more.hint ?? ''
    this.refused = more.refused
  }
}

/** Anything thrown, as an error that may be shown: the message of a foreign error could hold anything. */
export function asActionError(error: unknown): ActionError {
  if (error instanceof ActionError) return error
  const kind = error instanceof Error ? error.name : typeof error
  return new ActionError('INTERNAL', `Unexpected ${kind} in the action.`, {
    cause: error,
    hint: 'This is a bug in the action: please report it, with the log of a run with debug logging.',
  })
}

/**
 * A server's text as one harmless line: control and invisible characters become blanks, workflow commands are defused
 * (`::…` at its beginning, `##[…` anywhere: `ActionCommand.cs` of actions/runner), and it is cut at `most` characters.
 *
 * @param text what the server sent; anything but a string, or an empty one, gives `undefined`
 */
export function showable(text: unknown, most = 500): string | undefined {
  if (typeof text !== 'string') return undefined
  const line = text
    .slice(0, most * 4)
    .replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim()
    .replace(/^::/, ': :')
    .replaceAll('##[', '## [')
  if (line === '') return undefined
  return line.length > most ? `${beginning(line, most)}…` : line
}

/** The beginning of a text, at most so many UTF-16 code units, without half a character at its end. */
export function beginning(text: string, most: number): string {
  return text.slice(0, most).replace(/\p{Cs}$/u, '')
}

/** How many items of a list {@link few} shows. */
const FEW = 10

/** A line for the log that the runner cannot take for a command, whatever it holds; blanks stay as they are. */
export function harmless(line: string): string {
  return line
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ')
    .replace(/^(\s*)::/, '$1: :')
    .replaceAll('##[', '## [')
}

/** Text with a capital letter, to begin a sentence with. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** The first ten of a list in a sentence, and how many more there are: a server decides how long it is. */
export function few(items: readonly string[]): string {
  const more = items.length - FEW
  return more <= 0 ? items.join(', ') : `${items.slice(0, FEW).join(', ')} and ${more} more`
}

/** A value in a sentence, in quotes, so that a dot after it is none of it; `undefined` stays so. */
export function quoted<T extends string | undefined>(text: T): T | string {
  return text === undefined ? text : `"${text}"`
}
