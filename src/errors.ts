import type { Claims, Explanation } from './explanation.ts'

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
  /** The step needs AWS credentials from the environment: there are none, or they have expired. */
  | 'NO_AWS_CREDENTIALS'
  /** No connection succeeded, or none lasted, until the deadline. */
  | 'UNREACHABLE'
  /** The time given by `timeout-seconds` ran out while waiting for an answer. */
  | 'TIMED_OUT'
  /** The server's certificate cannot be trusted. */
  | 'TLS_FAILED'
  /** The proxy of the environment refused, or could not be reached. */
  | 'PROXY_FAILED'
  /** The server answered with a redirect; none is followed. */
  | 'REDIRECTED'
  /** The server kept answering 429 or 5xx until the deadline, or asked to wait beyond it. */
  | 'OVERLOADED'
  /** The server said no (any other 4xx): asking again would not help. */
  | 'DENIED'
  /** The server said yes, but what it sent cannot be used: not JSON, no token, too large. */
  | 'UNUSABLE_ANSWER'
  /** The time of a signature was refused, even when it was the server's own. */
  | 'CLOCK_SKEWED'
  /** The secret is there but cannot be handed over: empty, too short to mask, binary, no such key. */
  | 'UNUSABLE_SECRET'
  /** The secrets are larger than one step may hold. */
  | 'TOO_LARGE'
  /** The outputs or the state could not be written. The credential was revoked. */
  | 'NOT_WRITTEN'
  /** The step was cancelled or timed out. */
  | 'CANCELLED'
  /** A bug in this action. */
  | 'INTERNAL'

/** What the system said when it refused; every text is one printable line from a named field of its answer. */
export interface Refused {
  /** The audience of the ID token that was sent along, where one was. */
  readonly audience?: string
  /** HTTP status. */
  readonly status: number
  /** The server's own words, made safe to show by `showable`. */
  readonly reason?: string
  /** The id by which the server's operator finds this request in the logs. */
  readonly requestId?: string
}

/** The one error class. `message` says what failed and why; {@link explain} what to change. Neither holds a secret. */
export class ActionError extends Error {
  readonly code: ErrorCode
  /** Present if a server answered and said no. */
  readonly refused: Refused | undefined
  /** What a person can do about it; `claims` are those of the ID token that was sent, where they may be shown. */
  readonly explain: (claims: Claims | undefined) => Explanation
  /** Whether this answer leaves no credential alive: it had none, or the one in it is being revoked. */
  readonly leavesNothing: boolean
  /** Whether a required input was not given, or is empty. */
  readonly lacksInput: boolean
  /** What does not exist, by the system's own words, as a sentence shows it. */
  readonly missing: string | undefined

  /** @param more.hint the whole explanation, if it needs no claims */
  constructor(
    code: ErrorCode,
    message: string,
    more: {
      hint?: string | undefined
      explain?: ActionError['explain'] | undefined
      refused?: Refused | undefined
      leavesNothing?: boolean
      lacksInput?: boolean
      missing?: string | undefined
      cause?: unknown
    } = {},
  ) {
    super(message, { cause: more.cause })
    this.name = 'ActionError'
    this.code = code
    this.refused = more.refused
    this.leavesNothing = more.leavesNothing ?? false
    this.lacksInput = more.lacksInput ?? false
    this.missing = more.missing
    const { hint } = more
    this.explain = more.explain ?? (() => (hint === undefined ? {} : { hint }))
  }

  /** The message and the hint, where no claims may be shown. */
  get text(): string {
    return `${this.message} ${this.explain(undefined).hint ?? ''}`.trim()
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

/** The code of an error of Node.js, e.g. `ENOENT` (Node.js, "Errors"); empty if it has none. */
export function systemCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}
