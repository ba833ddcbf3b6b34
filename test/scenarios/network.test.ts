import { describe, expect, it } from 'vitest'
import { system } from '../../dev/systems/app-server.ts'
import { createWorld } from '../../dev/world.ts'
import { rawServer } from './faults.ts'
import { expectClean, expectGranted, expectRefused } from './support.ts'

/*
 * What only a process of its own shows: the proxy and the authorities of its environment, and its memory. Everything else
 * about connections is tested next to src/http.
 */

const MIB = 1024 * 1024

describe.concurrent('a proxy of the environment', () => {
  const credentials = { user: 'runner', password: 'p@ss/word:with%20chars&é' }

  it.each([false, true])('serves every request, and its password is never shown (debug: %s)', async (debug) => {
    await using world = await createWorld(system, { variant: 'aws', proxy: { credentials } })
    const main = await world.run({ debug })
    await expectGranted(world, main)
    const post = await world.post(main, { debug })
    expectClean(world, post)
    expect(post.log).toContain('The token was revoked.\n')
    // One tunnel for each request: none is opened early.
    expect(world.proxy?.targets.map(({ target, answered }) => `${target} ${answered}`).sort()).toEqual([
      'app-server.example:443 200',
      'github.example:443 200',
      'oidc.example:443 200',
      'oidc.example:443 200',
      'sts.example:443 200',
    ])
    for (const { masks, log } of [main, post]) {
      expect(masks).toContain(credentials.password)
      expect(log).not.toContain(encodeURIComponent(credentials.password))
    }
  })
})

describe.concurrent('the memory of a step', () => {
  it('is not filled by an answer of just 1 MiB in chunks of one byte', async () => {
    const head = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n'
    await using server = await rawServer((socket) => {
      socket.once('data', () => {
        socket.end(`${head}${'1\r\n \r\n'.repeat(MIB - 2)}2\r\n{}\r\n0\r\n\r\n`)
      })
    })
    await using world = await createWorld(system)
    const main = await world.run({ usage: true, inputs: { 'app-server': `http://127.0.0.1:${server.port}` } })
    // It was read to its end.
    expect(expectRefused(world, main)).toContain('The token in the answer of the app server is missing.')
    expect(main.usage!.memoryMiB).toBeLessThan(250)
  })
})
