import { describe, expect, it } from 'vitest'
import { fault, forEver } from '../../dev/fakes/faults.ts'
import { system } from '../../dev/systems/app-server.ts'
import { createWorld } from '../../dev/world.ts'
import { expectWarned, loading, preload, rawServer } from './faults.ts'
import { answers, expectClean, expectGranted, expectRefused } from './support.ts'

describe.concurrent('a step', () => {
  it.each([false, true])('says one line and hands its token over (debug: %s)', async (debug) => {
    await using world = await createWorld(system, { inputs: { 'job-summary': 'always' } })
    const main = await world.run({ debug })
    await expectGranted(world, main)
    expect(Object.keys(main.outputs).sort()).toEqual([
      'expires-at',
      'owner',
      'permissions',
      'repositories',
      'token',
      'token-hash',
    ])
    const lines = main.log.trim().split('\n')
    expect(lines.filter((line) => !/^(##\[debug\]|::add-mask::\*\*\*$)/.test(line))).toEqual([
      expect.stringMatching(/^Token for "octo-org\/workflows": contents: read; ends \S+; hash \S+$/),
    ])
    expect(main.log.includes('##[debug]')).toBe(debug)
    expect(main.summary).toMatch(/\| token-hash \|/)
    expect(main.summary).not.toMatch(/\| token \|/)
    expect(world.server('app-server').requests[0]?.headers['user-agent']).toBe('OWNER/access-token/v1')
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

describe.concurrent('the words of a server', () => {
  const HOSTILE =
    'No.\n::add-path::/tmp/evil\r\n##[set-env name=A]b %0A::set-output name=token::evil\u2028::stop-commands::x \u001b[31m<img src=x>'

  it.each([false, true])('are never taken for workflow commands, in main and in post (debug: %s)', async (debug) => {
    const words = (status: number): ReturnType<typeof fault.status> =>
      fault.status(status, { body: { status, message: HOSTILE }, headers: { 'x-request-id': '::error::x' } })
    await using world = await createWorld(system, { faults: { 'app-server': [words(403)], github: [words(422)] } })
    const refused = await world.run({ debug })
    expect(expectRefused(world, refused)).toContain('refused (403 Forbidden): No. ::add-path::/tmp/evil ## [set-env')
    const main = await world.run({ debug })
    await expectGranted(world, main)
    const post = await world.post(main, { debug })
    expect(expectWarned(post)).toContain('refused (422 Unprocessable Entity): No. ')
    expectClean(world, post)
    for (const { log, summary, raw } of [refused, post]) {
      expect(`${log}${summary}`).not.toContain('##[set')
      expect(summary).not.toContain('<img')
      expect(raw).not.toMatch(/^\s+at .+:\d+/m)
    }
    expect([answers(world, 'app-server'), answers(world, 'github')]).toEqual([['status 403', 200], ['status 422']])
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
