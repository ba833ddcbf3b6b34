import { describe, expect, it } from 'vitest'
import { fault, forEver } from '../../dev/fakes/faults.ts'
import type { StageResult } from '../../dev/runner/runner.ts'
import { system, type AppServerSetup } from '../../dev/systems/app-server.ts'
import { createWorld, type World } from '../../dev/world.ts'
import { KILLED, preload, signalAfter, signalsReachHandlers } from './faults.ts'
import { expectClean, expectNothingForPost } from './support.ts'

/** Ends the process by a signal when it is about to write to a file of the runner that has this text in its name. */
function dieBeforeWriting(file: string, value = ''): string {
  return preload(`
    import fs from 'node:fs'
    import { syncBuiltinESMExports } from 'node:module'
    const append = fs.appendFileSync
    fs.appendFileSync = (path, data, ...more) => {
      if (path === process.env.${file} && data.includes(${JSON.stringify(value)})) {
        process.kill(process.pid, 'SIGKILL')
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
      }
      return append(path, data, ...more)
    }
    syncBuiltinESMExports()`)
}

describe.concurrent('a process that dies', () => {
  it.each([
    ['before the outputs are written', dieBeforeWriting('GITHUB_OUTPUT')],
    ['while the outputs are written', dieBeforeWriting('GITHUB_OUTPUT', 'token-hash')],
    ['after all was written', signalAfter('Token for ', 'SIGKILL')],
  ])('%s leaves the token to post', async (_when, dies) => {
    await using world = await createWorld(system)
    const main = await world.run({ preloads: [dies] })
    await expectLeftToPost(world, main)
  })

  it.each(['version', 'revocable'])(
    'while the state is written, before %s, leaves nothing half-way to post',
    async (name) => {
      await using world = await createWorld(system)
      const main = await world.run({ preloads: [dieBeforeWriting('GITHUB_STATE', `${name}<<`)] })
      expect(main).toMatchObject(KILLED)
      await expectNothingForPost(world, main)
    },
  )

  /** Those that end the process without a handler. */
  const ends = signalsReachHandlers ? ['SIGKILL' as const] : (['SIGKILL', 'SIGINT', 'SIGTERM'] as const)
  it.each(ends)('during the exchange, by %s, leaves nothing to post and says nothing', async (signal) => {
    await using world = await createWorld(system, { faults: { 'app-server': [forEver(fault.hang())] } })
    const main = await world.run({ signals: [{ signal, when: world.server('app-server').seen(1) }] })
    expect(main).toMatchObject({ signal, outcome: 'failure', state: {}, outputs: {}, annotations: [] })
    await expectNothingForPost(world, main)
    expect(world.setup.github.issued).toEqual([])
  })

  async function expectLeftToPost(world: World<AppServerSetup>, main: StageResult): Promise<void> {
    expect(world.setup.alive!()).toHaveLength(1)
    const post = await world.post(main)
    expectClean(world, main, post)
    expect(post).toMatchObject({ outcome: 'success', annotations: [], log: 'The token was revoked.\n' })
    expect(world.setup.alive!()).toEqual([])
  }
})
