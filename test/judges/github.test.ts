import { getOctokit } from '@actions/github'
import { describe, expect, test } from 'vitest'
import { appServerSystem } from '../../dev/systems/app-server.ts'
import { createWorld, type World } from '../../dev/world.ts'
import { appServer } from '../../src/exchanges/app-server/exchange.ts'
import { keep, runStep } from '../exchanges/in-process.ts'

/** The client of `actions/github-script` and of most actions, with our output `token`. */
function octokit(world: World, token: string, path: string): ReturnType<typeof getOctokit> {
  return getOctokit(token, { baseUrl: `${world.url('github')}${path}` })
}

describe.each([
  ['on github.com', ''],
  ['on GitHub Enterprise Server', '/api/v3'],
])('the client %s', (_, path) => {
  const system = appServerSystem({ apiPath: path })

  test('uses the token, revokes it, and is refused from then on', async () => {
    const world = await keep(createWorld(system))
    const { outputs, errors } = await runStep(appServer, world, '.')
    expect(errors).toEqual([])
    const token = outputs['token']!
    const client = octokit(world, token, path)
    const { status, data } = await client.rest.apps.listReposAccessibleToInstallation()
    expect(status).toBe(200)
    expect(data).toMatchObject({
      total_count: expect.any(Number) as number,
      repositories: expect.any(Array) as unknown[],
    })

    const revoked = await client.rest.apps.revokeInstallationAccessToken()
    expect(revoked.status).toBe(204)
    expect(world.setup.github.revoked).toEqual([token])
    expect(await world.setup.accepts(token)).toBe(false)

    for (const again of [
      () => client.rest.apps.revokeInstallationAccessToken(),
      () => client.rest.apps.listReposAccessibleToInstallation(),
    ]) {
      await expect(again()).rejects.toMatchObject({
        name: 'HttpError',
        status: 401,
        message: expect.stringContaining('Bad credentials') as string,
        response: { data: { message: 'Bad credentials', status: '401' } },
      })
    }
  })

  test('is refused with no such token, and where the API is not', async () => {
    const world = await keep(createWorld(system))
    const { outputs } = await runStep(appServer, world, '.')
    await expect(octokit(world, 'not-a-token', path).rest.apps.revokeInstallationAccessToken()).rejects.toMatchObject({
      name: 'HttpError',
      status: 401,
    })
    await expect(
      octokit(world, outputs['token']!, `${path}/another`).rest.apps.revokeInstallationAccessToken(),
    ).rejects.toMatchObject({ name: 'HttpError', status: 404, message: expect.stringContaining('Not Found') as string })
    expect(await world.setup.accepts(outputs['token']!)).toBe(true)
  })
})
