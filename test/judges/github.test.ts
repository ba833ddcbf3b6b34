import { getOctokit } from '@actions/github'
import { describe, expect, test } from 'vitest'
import { appServerSystem, system as appServerOfGitHub } from '../../dev/systems/app-server.ts'
import { system as octoStsSystem } from '../../dev/systems/octo-sts.ts'
import type { Setup, System } from '../../dev/systems/system.ts'
import { createWorld, type World } from '../../dev/world.ts'
import type { Exchange } from '../../src/exchange.ts'
import { appServer } from '../../src/exchanges/app-server/exchange.ts'
import { octoSts } from '../../src/exchanges/octo-sts/exchange.ts'
import { keep, runStep } from '../exchanges/in-process.ts'

type GitHubSetup = Setup & Pick<ReturnType<typeof appServerOfGitHub.setUp>, 'github'>

interface Row {
  readonly action: string
  readonly system: System<GitHubSetup>
  readonly run: (world: World) => ReturnType<typeof runStep>
  /** Path of the API. */
  readonly path: string
}

function step<Settings>(exchange: Exchange<Settings>, action: string): Row['run'] {
  return (world) => runStep(exchange, world, action)
}

/** The client of `actions/github-script` and of most actions, with our output `token`. */
function octokit(world: World, token: string, path: string): ReturnType<typeof getOctokit> {
  return getOctokit(token, { baseUrl: `${world.url('github')}${path}` })
}

describe.each<Row>([
  { action: 'the root action', system: appServerOfGitHub, run: step(appServer, '.'), path: '' },
  {
    action: 'the root action, on GitHub Enterprise Server',
    system: appServerSystem({ apiPath: '/api/v3' }),
    run: step(appServer, '.'),
    path: '/api/v3',
  },
  { action: 'octo-sts', system: octoStsSystem, run: step(octoSts, 'octo-sts'), path: '' },
])('$action: the client', ({ system, run, path }) => {
  test('uses the token, revokes it, and is refused from then on', async () => {
    const world = await keep(createWorld(system))
    const { outputs, errors } = await run(world)
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
    const { outputs } = await run(world)
    await expect(
      octokit(world, 'not-a-token', path).rest.apps.revokeInstallationAccessToken(),
    ).rejects.toMatchObject({ name: 'HttpError', status: 401 })
    await expect(
      octokit(world, outputs['token']!, `${path}/another`).rest.apps.revokeInstallationAccessToken(),
    ).rejects.toMatchObject({
      name: 'HttpError',
      status: 404,
      message: expect.stringContaining('Not Found') as string,
    })
    expect(await world.setup.accepts(outputs['token']!)).toBe(true)
  })
})
