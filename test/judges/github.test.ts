import { getOctokit } from '@actions/github'
import { expect, test } from 'vitest'
import { appServerSystem } from '../../dev/systems/app-server.ts'
import { createWorld, type World } from '../../dev/world.ts'
import { appServer } from '../../src/exchanges/app-server/exchange.ts'
import { keep, runStep } from '../exchanges/in-process.ts'

/** The client of `actions/github-script` and of most actions, with our output `token`. */
function octokit(world: World, token: string, path: string): ReturnType<typeof getOctokit>['rest'] {
  return getOctokit(token, { baseUrl: `${world.url('github')}${path}` }).rest
}

test.each([
  ['on github.com', ''],
  ['on GitHub Enterprise Server', '/api/v3'],
])('the client uses the token %s, revokes it, and is refused from then on', async (_, path) => {
  const world = await keep(createWorld(appServerSystem({ apiPath: path })))
  const { outputs, errors } = await runStep(appServer, world, '.')
  expect(errors).toEqual([])
  const token = outputs['token']!
  const { apps } = octokit(world, token, path)
  const { status, data } = await apps.listReposAccessibleToInstallation()
  expect(status).toBe(200)
  expect(data).toMatchObject({
    total_count: expect.any(Number) as number,
    repositories: expect.any(Array) as unknown[],
  })
  for (const [client, status, message] of [
    [octokit(world, 'not-a-token', path), 401, 'Bad credentials'],
    [octokit(world, token, `${path}/another`), 404, 'Not Found'],
  ] as const) {
    await expect(client.apps.revokeInstallationAccessToken()).rejects.toMatchObject({
      name: 'HttpError',
      status,
      message: expect.stringContaining(message) as string,
    })
  }
  expect(await world.setup.accepts(token)).toBe(true)

  expect((await apps.revokeInstallationAccessToken()).status).toBe(204)
  expect(world.setup.github.revoked).toEqual([token])
  expect(await world.setup.accepts(token)).toBe(false)
  for (const again of [apps.revokeInstallationAccessToken, apps.listReposAccessibleToInstallation]) {
    await expect(again()).rejects.toMatchObject({
      status: 401,
      response: { data: { message: 'Bad credentials', status: '401' } },
    })
  }
})
