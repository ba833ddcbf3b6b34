import { describe, expect, it } from 'vitest'
import { fault, forEver } from '../../dev/fakes/faults.ts'
import { system } from '../../dev/systems/app-server.ts'
import { createWorld } from '../../dev/world.ts'
import { expectWarned, rawServer } from './faults.ts'
import { answers, expectClean } from './support.ts'

describe.concurrent('post', () => {
  it('revokes with what was saved, whatever the files, the inputs and the variables are', async () => {
    await using world = await createWorld(system)
    const main = await world.run()
    await using elsewhere = await rawServer(() => undefined)
    const there = `http://127.0.0.1:${elsewhere.port}`
    const post = await world.post(
      {
        ...main,
        env: {
          STATE_token: 'ghs_of_somebody_else',
          STATE_revocable: JSON.stringify({ issuer: 'vault', token: 'x', apiUrl: there }),
          GITHUB_API_URL: there,
          'INPUT_GITHUB-API-URL': there,
        },
      },
      {
        inputs: { 'app-server': '', permissions: '{', 'timeout-seconds': 'x', 'github-api-url': 'x' },
        unwritable: ['output', 'state', 'step_summary'],
      },
    )
    expectClean(world, post)
    const said = { annotations: [], log: 'The token was revoked.\n', state: {} }
    expect(post).toMatchObject({ outcome: 'success', exitCode: 0, ...said })
    expect(answers(world, 'github')).toEqual([204])
    expect(world.server('github').requests[0]?.headers['user-agent']).toBe('OWNER/access-token/v1')
    expect(elsewhere.connections()).toBe(0)
    expect(world.setup.alive!()).toEqual([])
  })

  it('is over within 15 s by the clock, with one warning, and the job stays green', async () => {
    await using world = await createWorld(system, { faults: { github: [forEver(fault.hang())] } })
    const main = await world.run()
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
