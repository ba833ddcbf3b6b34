import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import * as net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as tls from 'node:tls'
import { describe, expect, it } from 'vitest'
import { appServerError } from '../../dev/fakes/app-server.ts'
import { createCertificates } from '../../dev/fakes/certificates.ts'
import { fault, forEver } from '../../dev/fakes/faults.ts'
import { situations, type Situation } from '../../dev/runner/context.ts'
import { system as httpSecret } from '../../dev/systems/secret/http.ts'
import { system } from '../../dev/systems/app-server.ts'
import { createWorld } from '../../dev/world.ts'
import { expectWarned, preload, rawServer, waits } from './faults.ts'
import { answers, expectClean, expectGranted, expectRefused } from './support.ts'

describe.concurrent('an environment that is not as it should be', () => {
  it.each([
    ['AWS_SESSION_TOKEN', 'not-a-token\nof-two-lines'],
    ['AWS_SESSION_TOKEN', 'not-a-tokén'],
    ['AWS_ACCESS_KEY_ID', 'AKID\tEXAMPLE'],
    ['AWS_SECRET_ACCESS_KEY', 'not-a-secret-key\u2028'.concat('x')],
  ])('%s that fits into no header is told, and not repeated', async (name, value) => {
    await using world = await createWorld(system, { variant: 'aws' })
    const auth = { type: 'aws', region: 'eu-central-1', service: 'lambda' }
    const main = await world.run({
      inputs: { 'app-server': JSON.stringify({ url: world.url('app-server'), auth }) },
      env: { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'not-a-secret-key', [name]: value },
    })
    const message = expectRefused(world, main)
    expect(message).toContain(`\n- ${name} must be one printable line; for example: `)
    expect(message).toContain('\nINVALID_INPUT: ')
    expect(message).not.toContain(value.slice(0, 8))
    expect(answers(world, 'oidc')).toEqual([])
  })

  it.each(['http://oidc.example/token?x=1', 'ftp://127.0.0.1/token?x=1', 'http://127.0.0.1.example/?x'])(
    'the request token of the job goes to no %s',
    async (url) => {
      await using proxy = await rawServer(() => undefined)
      await using world = await createWorld(system)
      const main = await world.run({
        env: { ACTIONS_ID_TOKEN_REQUEST_URL: url, http_proxy: `http://127.0.0.1:${proxy.port}` },
      })
      expect(expectRefused(world, main)).toMatch(
        /its address does not begin with https:.*\n.*\nTLS_FAILED: /s,
      )
      expect(proxy.connections()).toBe(0)
    },
  )

  it.each(['two words', 'one\ntwo', 'é'])(
    'a request token that is none is no fault of the action: %j',
    async (token) => {
      await using world = await createWorld(system)
      const main = await world.run({ env: { ACTIONS_ID_TOKEN_REQUEST_TOKEN: token } })
      expect(expectRefused(world, main)).toMatch(/^This job cannot get an ID token: .*\nNO_ID_TOKEN: /s)
      expect(answers(world, 'oidc')).toEqual([])
    },
  )

  it('a GITHUB_SERVER_URL that is no URL hides no error', async () => {
    await using world = await createWorld(system, { situation: situations.withoutPermission })
    const main = await world.run({ hosts: { serverUrl: 'nowhere', apiUrl: 'https://api.github.com' } })
    const message = expectRefused(world, main)
    expect(message).toContain('id-token: write')
    expect(message).toContain('\nNO_ID_TOKEN: ')
  })

  it.each([true, false])('a proxy by TLS is used where its certificate is trusted: %s', async (trusted) => {
    const { good, authority } = await createCertificates()
    await using world = await createWorld(system, {
      proxy: { credentials: { user: 'runner', password: 'obviously-fake-password' } },
    })
    const { port = 0, url = '' } = world.proxy ?? {}
    const folder = await mkdtemp(join(tmpdir(), 'proxy-'))
    let tunnels = 0
    const front = tls.createServer({ key: good.key, cert: good.cert }, (socket) => {
      tunnels++
      socket.on('error', () => undefined)
      const onward = net.connect(port, '127.0.0.1').on('error', () => undefined)
      socket.pipe(onward).pipe(socket)
    })
    front.on('tlsClientError', () => undefined)
    await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve))
    try {
      const { port: secure } = front.address() as net.AddressInfo
      const https_proxy = url.replace('http:', 'https:').replace(/:\d+$/, `:${secure}`)
      const authorities = join(folder, 'authorities.pem')
      const others = await readFile(world.env['NODE_EXTRA_CA_CERTS'] ?? '', 'utf8')
      await writeFile(
        authorities,
        `${authority}
${others}`,
      )
      if (trusted) {
        await expectGranted(
          world,
          await world.run({ env: { https_proxy, NODE_EXTRA_CA_CERTS: authorities } }),
        )
        expect(tunnels).toBe(2)
        return
      }
      const main = await world.run({ env: { https_proxy, NODE_TLS_REJECT_UNAUTHORIZED: '0' } })
      expect(expectRefused(world, main)).toContain(
        `the proxy 127.0.0.1:${secure} could not be reached (its certificate is from a certificate authority that this runner does not know).\nSet NODE_EXTRA_CA_CERTS`,
      )
      expect(tunnels).toBe(0)
      expect(world.proxy?.targets).toEqual([])
    } finally {
      front.close()
      await rm(folder, { recursive: true })
    }
  })
})

describe.concurrent('a server that wastes', () => {
  it('an answer of just 1 MiB in chunks of one byte is read, and costs no memory to speak of', async () => {
    const head = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n'
    await using server = await rawServer((socket) => {
      socket.once('data', () => {
        socket.end(`${head}${'1\r\n \r\n'.repeat(1024 * 1024 - 2)}2\r\n{}\r\n0\r\n\r\n`)
      })
    })
    await using world = await createWorld(system)
    const main = await world.run({
      memory: true,
      inputs: { 'app-server': `http://127.0.0.1:${server.port}` },
    })
    // It was read to its end.
    expect(expectRefused(world, main)).toContain('The token in the answer of the app server is missing.')
    expect(main.peakMemory).toBeLessThan(250 * 1024 * 1024)
    expect(server.connections()).toBe(1)
  })
})

describe.concurrent('an answer of somebody else', () => {
  it.each([200, 201, 202, 205])('%i does not count as a revocation', async (status) => {
    await using world = await createWorld(system, {
      faults: { github: [fault.answer({ status, body: '' })] },
    })
    const main = await world.run()
    const token = await expectGranted(world, main)
    const post = await world.post(main)
    expectClean(world, post)
    expect(expectWarned(post)).toContain(`) answered ${status} instead of 204.`)
    expect(await world.setup.accepts(token)).toBe(true)
  })

  it('101 is told, and not waited on', async () => {
    await using server = await rawServer((socket) => {
      socket.once('data', () => {
        socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n{}')
      })
    })
    await using world = await createWorld(system)
    const main = await world.run({
      leaps: true,
      inputs: { 'app-server': `http://127.0.0.1:${server.port}` },
    })
    expect(expectRefused(world, main)).toContain('it answered with an upgrade to another protocol')
    expect(server.connections()).toBeGreaterThan(0)
  })

  it('that breaks off on a connection that was opened early is a try like others', async () => {
    await using world = await createWorld(system, { faults: { 'app-server': [fault.resetInBody()] } })
    const main = await world.run({ debug: true })
    await expectGranted(world, main)
    expect(answers(world, 'app-server')).toHaveLength(2)
    expect(waits(main)).toHaveLength(1)
  })
})

describe.concurrent('a TLS handshake', () => {
  it.each([
    ['localhost', 'localhost'],
    ['127.0.0.1', false],
  ])('with %s asks for the name %s, and for HTTP/1.1', async (host, name) => {
    const { good, authority } = await createCertificates()
    await using world = await createWorld(system)
    const folder = await mkdtemp(join(tmpdir(), 'tls-'))
    const seen: unknown[] = []
    const options = { key: good.key, cert: good.cert, ALPNProtocols: ['h2', 'http/1.1'] }
    const server = tls.createServer(options, (socket) => {
      seen.push([socket.servername, socket.alpnProtocol])
      socket.on('error', () => undefined).resume()
      socket.end('HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    try {
      const { port } = server.address() as net.AddressInfo
      const file = join(folder, 'authority.pem')
      await writeFile(file, authority)
      const main = await world.run({
        inputs: { 'app-server': `https://${host}:${port}` },
        env: { NODE_EXTRA_CA_CERTS: file },
      })
      expect(expectRefused(world, main)).toContain('There is no app server at')
      expect(seen).toEqual([[name, 'http/1.1']])
    } finally {
      server.close()
      await rm(folder, { recursive: true })
    }
  })
})

describe.concurrent('a token that nobody can have', () => {
  it('is taken back within 5 s, or left to post', async () => {
    await using world = await createWorld(system, { faults: { github: [forEver(fault.status(500))] } })
    const main = await world.run({ leaps: true, unwritable: ['output'] })
    expectRefused(world, main)
    const [warning] = main.annotations.filter(({ level }) => level === 'warning')
    expect(warning?.message).toMatch(/^The token could not be revoked in this step; .* the limit is 5 s\.$/)
  })
})

describe.concurrent('a process that ends before it could tell how', () => {
  it('has failed', async () => {
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

describe.concurrent('the claims that are shown', () => {
  it('are those of the ID token that was refused, not of the newest', async () => {
    const late = forEver((request) =>
      request.url.search.includes('sts.amazonaws.com') ? fault.delay(200) : undefined,
    )
    await using world = await createWorld(system, { variant: 'aws', faults: { oidc: [late] } })
    world.setup.deny()
    const main = await world.run()
    expectRefused(world, main)
    expect(world.issuer.issued.map(({ audience }) => audience).sort()).toEqual([
      '127.0.0.1',
      'sts.amazonaws.com',
    ])
    expect(main.log).toMatch(/^aud: 127\.0\.0\.1$/m)
    expect(main.log).not.toMatch(/^aud: sts/m)
  })
})

describe.concurrent('claims in the words of the app server', () => {
  const SUBJECTS =
    '\n\nEffective OIDC token subjects:\n- repo:octo-org@6811672/workflows@216219028:pull_request\n'
  const fork: Situation = { ...situations.forkPullRequest, idToken: true }
  it.each([
    ['without an issue', 'Issues:\n- octo-org/workflows:\n'],
    ['of another kind', 'Not today.'],
    ['with issues', 'Issues:\n- octo-org/workflows:\n  - contents: read - Not authorized'],
  ])('%s are not shown for a pull request from a fork', async (_what, words) => {
    const answer = fault.answer(appServerError(403, words + SUBJECTS, 'obviously-fake-id'))
    await using world = await createWorld(system, { situation: fork, faults: { 'app-server': [answer] } })
    const main = await world.run({ debug: true })
    const message = expectRefused(world, main)
    expect(message).toContain(words.includes('contents') ? 'Not authorized' : words.split('\n')[0])
    for (const text of [main.log, main.summary, message]) expect(text).not.toMatch(/6811672|Effective/)
    expect(answers(world, 'app-server')).toEqual(['status 403'])
  })
})

describe.concurrent('job-summary: always', () => {
  it.each([
    'obviously-fake=1\nobviously-fake=2\n',
    ' obviously-fake=3 ',
    '{\n  "obviously": "fake=4"\n}',
    '\n"obviously-fake"',
  ])('shows no secret: %j', async (secret) => {
    await using world = await createWorld(httpSecret)
    world.setup.secrets['/secrets?name=database'] = Buffer.from(secret)
    const main = await world.run({ inputs: { 'job-summary': 'always' } })
    expect(main).toMatchObject({ outcome: 'success', outputs: { secret } })
    expect(main.summary).not.toContain('fake')
    expect(main.summary).not.toContain('| secret |')
  })

  it('shows no token', async () => {
    await using world = await createWorld(system, { inputs: { 'job-summary': 'always' } })
    const main = await world.run()
    await expectGranted(world, main)
    expect(main.summary).toContain('| token-hash |')
    expect(main.summary).not.toContain('| token |')
  })
})
