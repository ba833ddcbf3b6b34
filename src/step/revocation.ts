import { ActionError } from '../errors.ts'
import type { Revocation } from '../exchange.ts'
import { header, member, type Client } from '../http/client.ts'

/**
 * Takes a GitHub token back: `DELETE /installation/token` with the token itself (GitHub REST API, "Revoke an
 * installation access token"). GitHub answers 401 for a token that has ended, which its documentation does not tell.
 *
 * @returns `gone` where the token had ended before
 * @throws ActionError of {@link Client.send}
 */
export async function revoke(
  client: Pick<Client, 'send'>,
  { token, apiUrl }: Revocation,
): Promise<'revoked' | 'gone'> {
  try {
    await client.send({
      service: 'GitHub',
      method: 'DELETE',
      url: new URL(`${apiUrl.replace(/\/+$/, '')}/installation/token`),
      attemptMs: 5_000,
      prepare: () => ({
        headers: {
          authorization: `Bearer ${token}`,
          accept: 'application/vnd.github+json',
          'x-github-api-version': '2022-11-28',
        },
      }),
      judge: (answer) => ({
        reason: member(answer.json, 'message'),
        requestId: header(answer, 'x-github-request-id'),
        // A rate limit is a 403 with one of these headers (GitHub: "Rate limits for the REST API").
        ...(answer.status === 403 &&
          (header(answer, 'retry-after') !== undefined ||
            header(answer, 'x-ratelimit-remaining') === '0') && {
            again: Infinity,
          }),
      }),
      read: ({ status }) => {
        // Whoever answers otherwise is not GitHub: a proxy, or the login page of a network.
        if (status === 204) return
        throw new ActionError('UNUSABLE_ANSWER', `GitHub answered ${status} instead of 204.`, {
          hint: `Check that ${apiUrl} is GitHub's REST API and that no gateway or login page stands before it.`,
        })
      },
    })
    return 'revoked'
  } catch (error) {
    const status = error instanceof ActionError ? error.refused?.status : undefined
    if (status === 401 || status === 404) return 'gone'
    throw error
  }
}
