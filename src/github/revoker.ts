import { ActionError } from '../errors.ts'
import type { Revoker } from '../exchange.ts'
import { expectNoContent, header, member, messageOf, serverTime } from '../http/answer.ts'

/** How long one attempt may take, in ms. */
const ATTEMPT_MS = 5_000
const ANOTHER_GITHUB = '`github-api-url` may point to a GitHub other than the one that issued the token.'

/**
 * Revokes a GitHub App installation token: `DELETE /installation/token` with the token itself (GitHub REST API, "Revoke an
 * installation access token"). GitHub answers 401 for a token that has ended, which its documentation does not tell, and
 * for one of another GitHub. Tokens live for an hour (GitHub, "Generating an installation access token").
 */
export const github: Revoker = {
  name: 'The token',
  endsByDefault: 'within the hour',

  revoke: async (client, { token, apiUrl, ends }, { now }) => {
    const course = { attempts: 0, isGitHubs: false }
    const url = new URL(`${apiUrl.replace(/\/+$/, '')}/installation/token`)
    try {
      return await client.send({
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
        readRefusal: (answer) => {
          const hasEnded = ends !== undefined && (serverTime(answer) ?? now()) >= ends.getTime()
          return answer.status === 401 && hasEnded ? 'gone' : undefined
        },
        refusal: (answer) => {
          const { status, json } = answer
          const message = messageOf(answer)
          // A rate limit is a 403 with one of these (GitHub: "Rate limits for the REST API").
          const isLimited =
            status === 403 &&
            (header(answer, 'retry-after') !== undefined ||
              header(answer, 'x-ratelimit-remaining') === '0' ||
              /secondary rate limit/i.test(message))
          // GitHub itself refuses: not the token is foreign, but the address of the runner.
          course.isGitHubs = status === 403 && /IP (?:allow list|address)/i.test(message)
          return {
            reason: member(json, 'message'),
            requestId: header(answer, 'x-github-request-id'),
            ...(isLimited && { retry: 'until the deadline' }),
          }
        },
        read: (answer) => {
          expectNoContent(answer, 'GitHub', url, `${apiUrl} is GitHub's REST API`)
          return 'revoked'
        },
      })
    } catch (error) {
      if (course.isGitHubs) throw error
      throw explained(error, course.attempts)
    }
  },
}

/** With what a person can do where somebody answered, but not as GitHub does for a token of its own. */
function explained(error: unknown, attempts: number): unknown {
  if (!(error instanceof ActionError)) return error
  const { code, message, refused, cause } = error
  if (code !== 'DENIED' && code !== 'REDIRECTED' && code !== 'UNUSABLE_ANSWER') return error
  const earlier =
    refused?.status === 401 && attempts > 1 ? 'An earlier attempt, whose answer was lost, may have revoked it.' : ''
  const hints = [error.explain(undefined).hint ?? '', earlier, ANOTHER_GITHUB].filter((each) => each !== '')
  return new ActionError(code, message, { hint: hints.join(' '), refused, cause })
}
