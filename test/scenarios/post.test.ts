import { describe, expect, it } from 'vitest'
import { fault, forEver } from '../../dev/fakes/faults.ts'
import type { StageResult } from '../../dev/runner/runner.ts'
import { system, type AppServerSetup } from '../../dev/systems/app-server.ts'
import { createWorld, type World, type WorldOptions } from '../../dev/world.ts'
import { expectWarned, rawServer } from './faults.ts'
import { answers, expectClean, expectGranted } from './support.ts'

interface Granted extends AsyncDisposable {
  readonly world: World<AppServerSetup>
  readonly main: StageResult
}

/** A job whose main step got a token, with what will go wrong in its post step. */
async function granted(faults: WorldOptions['faults'] = {}): Promise<Granted> {
  const world = await createWorld(system, { faults })
  const main = await world.run()
  await expectGranted(world, main)
  return { world, main, [Symbol.asyncDispose]: () => world.close() }
}

/** Post ended well and said this one line. */
function expectSaid(world: World, post: StageResult, line: string): void {
  expectClean(world, post)
  expect(post).toMatchObject({ outcome: 'success', exitCode: 0, annotations: [], log: `${line}\n`, state: {} })
}

describe.concurrent('post', () => {
  it('revokes with what was saved, whatever the files, the inputs and the variables are', async () => {
    await using job = await granted()
    const { world, main } = job
    await using elsewhere = await rawServer(() => undefined)
    const there = `http://127.0.0.1:${elsewhere.port}`
    const post = await world.post(main, {
      env: {
        STATE_token: 'ghs_of_somebody_else',
        STATE_revocable: JSON.stringify({ issuer: 'vault', token: 'x', apiUrl: there }),
        GITHUB_API_URL: there,
        'INPUT_GITHUB-API-URL': there,
      },
      inputs: { 'app-server': '', permissions: '{', 'timeout-seconds': 'x', 'github-api-url': 'x' },
      unwritable: ['output', 'state', 'step_summary'],
    })
    expectSaid(world, post, 'The token was revoked.')
    expect(answers(world, 'github')).toEqual([204])
    expect(world.server('github').requests[0]?.headers['user-agent']).toBe('OWNER/access-token/v1')
    expect(elsewhere.connections()).toBe(0)
    expect(world.setup.alive!()).toEqual([])
  })

  it('says why in debug mode, without the token', async () => {
    await using job = await granted({ github: [fault.reset(), fault.echo(503), fault.status(500)] })
    const { world, main } = job
    const post = await world.post(main, { debug: true })
    expectClean(world, post)
    expect(post.log).toContain('##[debug]trying again in ')
    expect(post.annotations).toEqual([])
    expect(answers(world, 'github')).toEqual(['reset', 'echo', 'status 500', 204])
  })

  it('is over within 15 s by the clock, with one warning, and the job stays green', async () => {
    await using job = await granted({ github: [forEver(fault.hang())] })
    const { world, main } = job
    const post = await world.post(main)
    expectClean(world, post)
    expect(expectWarned(post)).toMatch(
      new RegExp(`^The token could not be revoked; it ends at ${main.outputs['expires-at']!}\\. .*the limit is 15 s`),
    )
    expect(post.durationMs).toBeGreaterThan(14_000)
    // The rest is the start of a process on a slow machine.
    expect(post.durationMs).toBeLessThan(45_000)
  })
})
