import type { Call } from './http/call.ts'
import type { Client } from './http/client.ts'
import type { Inputs } from './inputs/inputs.ts'

/** Environment variables, as of `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>

/**
 * One system that trades the job's ID token for a credential: it reads its settings, and turns an ID token into a
 * {@link Grant}. It cannot log, mask or write outputs: the lifecycle in `step/` does that once for all systems, in the safe
 * order.
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
}

/** What an exchange may use. */
export interface Tools {
  /**
   * An ID token for the audience, not older than 60 s. Calls for the same audience share a request; the token
   * is masked before it is returned.
   *
   * @param how.fresh one that nobody was given before, for a server that takes each only once
   */
  readonly idToken: (audience: string, how?: { readonly fresh: boolean }) => Promise<string>
  /**
   * Sends a call with retries, within the deadline of the step. Its connection is opened at once, whatever its `prepare`
   * waits for: so a call is sent as soon as it is known, and its `prepare` awaits the answers that it needs.
   */
  readonly send: <T>(call: Call<T>) => Promise<T>
  /** Has a value masked from the log from here on. For every credential that an exchange gets along the way. */
  readonly mask: (secret: string) => void
  /**
   * Has a credential that serves only this step revoked before the step ends: also after a failure, the deadline or a
   * cancellation, with a few extra seconds. If that fails, the step warns.
   */
  readonly revokeAtEnd: (revocable: Revocable) => void
  /** The time, in ms since the epoch. */
  readonly now: () => number
  readonly environment: Environment
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
  /** Differences between the request and the grant, each one sentence. */
  readonly warnings?: readonly string[]
  /** What else a person should know, each one sentence. */
  readonly notices?: readonly string[]
  /** Whether every output is a secret; otherwise, the outputs that contain one of `secrets` are. */
  readonly outputsAreSecret?: boolean
  /** The credential, if its issuer can revoke it: it is revoked when the job ends, or when the step fails after the grant. */
  readonly revocable?: Revocable
  /** Whether it outlives the job. If the step fails, it is revoked anyway, because nobody has it. */
  readonly outlivesJob?: boolean
}

/** A credential that its issuer can revoke. Data, since the post step gets it as JSON. */
export interface Revocable {
  /** Whose revoker revokes it: a name in the table of `src/index.ts`. */
  readonly issuer: string
  readonly token: string
  /** Base URL of the issuer's API, e.g. `https://api.github.com`. */
  readonly apiUrl: string
  /** When it ends by itself, where that is known. */
  readonly ends?: Date
  /** What this issuer needs in addition. */
  readonly extra?: Readonly<Record<string, string>>
}

/** What a revoker may use besides its client: the same in the main step and in the post step. */
export interface RevokerTools extends Pick<Tools, 'idToken' | 'mask' | 'now'> {
  /** An input's text as the runner passes it to this step, trimmed; empty if it is not given. */
  readonly input: (name: string) => string
}

/** Revokes the credentials of one issuer. */
export interface Revoker {
  /** What they are called at the beginning of a sentence: `The Vault token`. */
  readonly name: string
  /** When one ends if its expiry is not known, in words: `within the hour`. */
  readonly endsByDefault: string
  /**
   * @returns `gone` if it had ended before
   * @throws ActionError of any code of a failed call, `INVALID_INPUT` if what it needs is not there
   */
  readonly revoke: (
    client: Pick<Client, 'send'>,
    revocable: Revocable,
    tools: RevokerTools,
  ) => Promise<'revoked' | 'gone'>
}
