import { describe, expect, it } from 'vitest'
import { fault, forEver } from '../../dev/fakes/faults.ts'
import { system } from '../../dev/systems/app-server.ts'
import { createWorld } from '../../dev/world.ts'
import { expectWarned, loading, preload } from './faults.ts'
import { answers, expectClean, expectGranted, expectRefused } from './support.ts'

/** Has the process say on its output that it wrote to a file of the runner, when it does. */
const TELLS_OF_WRITING = preload(`
  import fs from 'node:fs'
  import { syncBuiltinESMExports } from 'node:module'
  const append = fs.appendFileSync
  fs.appendFileSync = (path, ...more) => {
    const name = ['GITHUB_STATE', 'GITHUB_OUTPUT'].find((each) => process.env[each] === path)
    process.stdout.write('wrote ' + name + '\\n')
    return append(path, ...more)
  }
  syncBuiltinESMExports()`)

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

  it('masks the token before it writes anything, and saves it for post before it sets outputs', async () => {
    await using world = await createWorld(system)
    const main = await world.run({ preloads: [TELLS_OF_WRITING] })
    const token = await expectGranted(world, main)
    const lines = main.raw.split(/\r?\n/)
    const written = lines.filter((line) => line.startsWith('wrote GITHUB_'))
    expect([...new Set(written)]).toEqual(['wrote GITHUB_STATE', 'wrote GITHUB_OUTPUT'])
    expect(written.lastIndexOf('wrote GITHUB_STATE')).toBeLessThan(written.indexOf('wrote GITHUB_OUTPUT'))
    const masked = lines.indexOf(`::add-mask::${token}`)
    expect(masked).toBeGreaterThanOrEqual(0)
    expect(masked).toBeLessThan(lines.lastIndexOf('wrote GITHUB_STATE'))
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
      expect(`${log}${summary}`.replaceAll('\n', ' ')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]|##\[set/u)
      expect(summary).not.toContain('<img')
      expect(raw).not.toMatch(/^\s+at .+:\d+/m)
    }
    expect([answers(world, 'app-server'), answers(world, 'github')]).toEqual([['status 403', 200], ['status 422']])
  })

  it('are a token all the same where they are in its place', async () => {
    for (const token of ['::set-env::obviously-fake', 'ghadelimiter_fake', `obviously-fake"'\\$(id)\`<>&%0A`]) {
      const answer = fault.answer({ status: 200, body: { token } })
      await using world = await createWorld(system, { faults: { 'app-server': [answer] } })
      const main = await world.run()
      expect(main).toMatchObject({ outcome: 'success', foreignCommands: [] })
      expect(main.outputs['token']).toBe(token)
      expect((JSON.parse(main.state['revocable']!) as { token: string }).token).toBe(token)
      expect(main.masks).toContain(token)
    }
  })
})
