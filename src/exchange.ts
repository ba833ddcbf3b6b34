import type { ActionError } from './errors.ts'
import type { Answer } from './http/answer.ts'
import type { Call } from './http/call.ts'
import type { Client } from './http/client.ts'
import type { Inputs } from './inputs/inputs.ts'

/** Environment variables, as of `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>

/**
 * One system that trades the job's ID token for a credential. It reads its settings, turns an ID token into a
 * {@link Grant} and may say how to take the grant back. It cannot log, mask or write outputs: the lifecycle in
 * `step/` does that once for all systems, in the safe order.
 */
export interface Exchange<Settings> {
  /**
   * Reads and checks the inputs. Problems are collected by `inputs`; nothing is sent.
   *
   * @throws ActionError `NO_AWS_CREDENTIALS`
   */
  readonly settings: (inputs: Inputs, environment: Environment) => Settings | Promise<Settings>
  /** @throws ActionError of any code of a failed call, `UNUSABLE_ANSWER`, `UNUSABLE_SECRET`, `NO_AWS_CREDENTIALS` */
  readonly exchange: (settings: Settings, tools: Tools) => Promise<Grant>
  /**
   * What a person can do about a refusal, beyond what the error itself says. `claims` are those of the ID token
   * that was sent, and absent where they must not be shown.
   */
  readonly explain?: (settings: Settings, error: ActionError, claims: Claims | undefined) => Explanation
}

/** The claims of an ID token, not verified. */
export type Claims = Readonly<Record<string, unknown>>

/** Help with a refusal. */
export interface Explanation {
  /** Goes into the annotation: one or two sentences on what to change. */
  readonly hint?: string
  /** Goes into the log group and the job summary, e.g. a policy to paste. */
  readonly advice?: string
  /** Policies and settings to paste, each shown in a fence of its own. */
  readonly paste?: readonly Snippet[]
}

/** Text to paste. */
export interface Snippet {
  readonly language: 'yaml' | 'json'
  readonly content: string
  /** Where it belongs, where that is a file on the default branch of a GitHub repository. */
  readonly file?: RepositoryFile
}

/** A file that a person is asked to make or to change. */
export interface RepositoryFile {
  /** `owner/name` */
  readonly repository: string
  /** From the root of the repository, without a slash before it. */
  readonly path: string
  /** Whether it is there already, so that the snippet is to be added to it; absent where that is not known. */
  readonly exists?: boolean
}

/** What an exchange may use. */
export interface Tools {
  /**
   * An ID token for the audience, not older than 60 s. Calls for the same audience share a request; the token
   * is masked before it is returned.
   */
  readonly idToken: (audience: string) => Promise<string>
  /** Sends a call with retries, within the deadline of the step. */
  readonly send: <T>(call: Call<T>) => Promise<T>
  /** Opens one connection that a later call to the same origin will use; once for each such call. Never fails. */
  readonly connectEarly: (url: URL) => void
  /** Has a value masked from the log from here on. For every credential that an exchange gets along the way. */
  readonly conceal: (secret: string) => void
  /**
   * Has a credential that serves the exchange alone revoked before the step ends, whatever becomes of the step: also
   * after a failure, the deadline or a cancellation, with a few seconds of its own. If that fails, it is a warning.
   */
  readonly takeBack: (borrowed: Borrowed) => void
  /** The time, in ms since the epoch. */
  readonly now: () => number
  readonly environment: Environment
}

/** A credential that is revoked before the step ends. */
export interface Borrowed {
  /** As a sentence begins with it: `The Vault token`. */
  readonly name: string
  /** When it ends if it is not revoked, as a sentence says it: `within the hour`. */
  readonly ends: string
  /** @returns `gone` where it had ended before */
  readonly revoke: (client: Pick<Client, 'send'>) => Promise<'revoked' | 'gone'>
}

/** What an exchange gives. Data: the lifecycle masks, saves and puts it out. */
export interface Grant {
  /** Values that must not be seen, the credential first. Each is masked, line by line. */
  readonly secrets: readonly string[]
  /** Outputs by name. */
  readonly outputs: Readonly<Record<string, string>>
  /** One plain sentence for the log: what was granted. No secret in it. */
  readonly summary: string
  /** When the credential ends. */
  readonly expiresAt?: Date
  /** Differences between what was asked and what was granted, each one sentence. */
  readonly warnings?: readonly string[]
  /** How to take a token back: when the job ends, and where the step fails after the grant. */
  readonly revocation?: Revocation
}

/** What post needs to take a token back. */
export type Revocation = GitHubRevocation | VaultRevocation

interface Revocable {
  readonly token: string
  /** API base URL, e.g. `https://api.github.com`. */
  readonly apiUrl: string
  /** Whether the token outlives the job. Where the step fails it is revoked all the same, since nobody has it. */
  readonly outlivesJob?: boolean
}

/** A GitHub App installation token. */
export interface GitHubRevocation extends Revocable {
  readonly kind?: 'github'
}

/** A token of Vault or OpenBao; the API base URL ends in `/v1`. */
export interface VaultRevocation extends Revocable {
  readonly kind: 'vault'
  /** Empty: that of the root. */
  readonly namespace: string
  /** Whether its policies allow that. */
  readonly mayRevokeItself: boolean
}

export type { Answer, Call }
