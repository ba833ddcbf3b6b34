import { ActionError } from '../errors.ts'
import type { Borrowed, Tools } from '../exchange.ts'
import { header, member, serverTime } from '../http/answer.ts'
import type { Client } from '../http/client.ts'
import type { Rescue } from '../identity/credential.ts'

/** How long one attempt may take, in ms. */
const ATTEMPT_MS = 5_000
const ANOTHER_GITHUB = '`github-api-url` may point to a GitHub other than the one that issued the token.'

/** A GitHub App installation token, and where it is taken back. */
export interface InstallationToken {
  readonly token: string
  /** API base URL, e.g. `https://api.github.com`. */
  readonly apiUrl: string
  /** When it ends; where nobody told, within the hour (GitHub: "Generating an installation access token"). */
  readonly expiresAt: Date | undefined
}

/**
 * An installation token as a credential that is taken back: `DELETE /installation/token` with the token itself (GitHub
 * REST API, "Revoke an installation access token").
 *
 * @param now the time, in ms since the epoch, for an answer without a `Date` of its own
 */
export function installationToken(given: InstallationToken, now: () => number): Borrowed {
  return {
    name: 'The token',
    ends: endOf(given),
    revoke: (client) => revoke(client, given, now),
  }
}

/** For an installation token that arrived in a form that cannot be used. */
export function rescue(
  issued: Omit<InstallationToken, 'token'>,
  tools: Pick<Tools, 'takeBack' | 'now'>,
): Rescue {
  return {
    takeBack: (core) => {
      tools.takeBack(installationToken({ ...issued, token: core }, tools.now))
    },
    ends: endOf(issued),
  }
}

function endOf({ expiresAt }: Pick<InstallationToken, 'expiresAt'>): string {
  return expiresAt === undefined ? 'within the hour' : `at ${expiresAt.toISOString()}`
}

/** GitHub answers 401 for a token that has ended, which its documentation does not tell, and for one of another GitHub. */
async function revoke(
  client: Pick<Client, 'send'>,
  { token, apiUrl, expiresAt }: InstallationToken,
  now: () => number,
): Promise<'revoked' | 'gone'> {
  const course = { attempts: 0, hasEnded: false }
  const url = new URL(`${apiUrl.replace(/\/+$/, '')}/installation/token`)
  try {
    await client.send({
      service: 'GitHub',
      method: 'DELETE',
      url,
      attemptMs: ATTEMPT_MS,
      prepare: () => {
        course.attempts++
        return {
          headers: {
            authorization: `Bearer ${token}`,
            accept: 'application/vnd.github+json',
            'x-github-api-version': '2022-11-28',
          },
        }
      },
      judge: (answer) => {
        const time = serverTime(answer) ?? now()
        course.hasEnded = answer.status === 401 && expiresAt !== undefined && time >= expiresAt.getTime()
        return {
          reason: member(answer.json, 'message'),
          requestId: header(answer, 'x-github-request-id'),
          // A rate limit is a 403 with one of these headers (GitHub: "Rate limits for the REST API").
          ...(answer.status === 403 &&
            (header(answer, 'retry-after') !== undefined ||
              header(answer, 'x-ratelimit-remaining') === '0') && {
              again: Infinity,
            }),
        }
      },
      read: ({ status }) => {
        // Whoever answers otherwise is not GitHub: a proxy, or the login page of a network.
        if (status === 204) return
        throw new ActionError('UNUSABLE_ANSWER', `GitHub (${url.host}) answered ${status} instead of 204.`, {
          hint: `Check that ${apiUrl} is GitHub's REST API and that no gateway or login page is in front of it.`,
        })
      },
    })
    return 'revoked'
  } catch (error) {
    if (course.hasEnded) return 'gone'
    throw explained(error, course.attempts)
  }
}

/** With what a person can do where somebody answered, but not as GitHub does for a token of its own. */
function explained(error: unknown, attempts: number): unknown {
  if (!(error instanceof ActionError)) return error
  const { code, message, hint, refused, cause } = error
  if (code !== 'DENIED' && code !== 'REDIRECTED' && code !== 'UNUSABLE_ANSWER') return error
  const earlier =
    refused?.status === 401 && attempts > 1
      ? 'An earlier attempt, whose answer was lost, may have revoked it.'
      : ''
  const hints = [hint, earlier, ANOTHER_GITHUB].filter((each) => each !== '')
  return new ActionError(code, message, { hint: hints.join(' '), refused, cause })
}
