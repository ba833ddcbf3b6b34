import { describe, expect, it } from 'vitest'
import { fault, forEver } from '../../dev/fakes/faults.ts'
import { system } from '../../dev/systems/app-server.ts'
import { createWorld } from '../../dev/world.ts'
import { loading, preload, rawServer } from './faults.ts'
import { answers, expectClean, expectGranted } from './support.ts'

describe.concurrent('a step', () => {
  it.each([false, true])('says one line and hands its token over (debug: %s)', async (debug) => {
    await using world = await createWorld(system, { inputs: { 'job-summary': 'always' } })
    const main = await world.run({ debug })
    await expectGranted(world, main)
    const lines = main.log.trim().split('\n')
    expect(lines.filter((line) => !/^(##\[debug\]|::add-mask::\*\*\*$)/.test(line))).toEqual([
      expect.stringMatching(/^Token for "octo-org\/workflows": contents: read; ends \S+; hash \S+$/),
    ])
    expect(main.log.includes('##[debug]')).toBe(debug)
    expect(main.summary).toMatch(/\| token-hash \|/)
    expect(main.summary).not.toMatch(/\| token \|/)
  })

  it('hands its token over although the summary cannot be written', async () => {
    await using world = await createWorld(system, { inputs: { 'job-summary': 'always' } })
    const main = await world.run({ unwritable: ['step_summary'] })
    await expectGranted(world, main)
    expect(main.annotations).toEqual([])
    expect(main.log).toContain('The job summary could not be written')
  })

  it('loads the signer while the ID tokens are under way', async () => {
    await using signer = await loading('aws-signer')
    // No ID token comes before.
    const faults = { oidc: [forEver(fault.held(signer.told))] }
    await using world = await createWorld(system, { variant: 'aws', faults })
    await expectGranted(world, await world.run({ preloads: [signer.preload] }))
  })

  it('warns of NODE_DEBUG before anything else', async () => {
    await using world = await createWorld(system, { inputs: { 'timeout-seconds': '0' } })
    const main = await world.run({ env: { NODE_DEBUG: 'tls' } })
    expect(main.annotations.map(({ level }) => level)).toEqual(['warning', 'error'])
  })

  it('ends although something keeps the process busy', async () => {
    await using world = await createWorld(system)
    const main = await world.run({ preloads: [preload('setInterval(() => undefined, 1000)')] })
    await expectGranted(world, main)
  })

  it('has failed where its process ends before it could tell how', async () => {
    const silent = preload(`
      const write = process.stdout.write
      process.stdout.write = function (text, ...more) {
        return text === '' ? true : write.call(this, text, ...more)
      }`)
    await using world = await createWorld(system)
    const main = await world.run({ preloads: [silent] })
    expect(main.log).toContain('Token for ')
    expect(main).toMatchObject({ outcome: 'failure', exitCode: 1 })
    expect((await world.post(main)).log).toBe('The token was revoked.\n')
  })
})

describe.concurrent('post', () => {
  it('revokes with what was saved, whatever the files, the inputs and the variables are', async () => {
    await using world = await createWorld(system)
    const main = await world.run()
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
    expectClean(world, post)
    const said = { annotations: [], log: 'The token was revoked.\n', state: {} }
    expect(post).toMatchObject({ outcome: 'success', exitCode: 0, ...said })
    expect(answers(world, 'github')).toEqual([204])
    expect(world.server('github').requests[0]?.headers['user-agent']).toBe('OWNER/access-token/v1')
    expect(elsewhere.connections()).toBe(0)
    expect(world.setup.alive!()).toEqual([])
  })
})
