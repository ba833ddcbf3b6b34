import { strict as assert } from 'node:assert'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import * as net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fault, forEver } from '../fakes/faults.ts'
import type { Handler } from '../fakes/handler.ts'
import { defaultIdentity, type Identity } from '../fakes/identity.ts'
import { ISSUER } from '../fakes/issuer.ts'
import { listen } from '../fakes/loopback.ts'
import type { FakeServer } from '../fakes/serve.ts'
import { leaks } from '../runner/leaks.ts'
import type { StageResult } from '../runner/runner.ts'
import { createWorld, ROOT } from '../world.ts'
import type { Hold } from './judge.ts'

/** What a step has beside what all steps of its action have. */
export interface Step {
  readonly inputs?: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
  readonly identity?: Partial<Identity>
  /** Claims of the ID token that are added or replaced. */
  readonly claims?: Readonly<Record<string, unknown>>
  /** Whether the log has debug messages. */
  readonly debug?: boolean
}

/** What became of a step. The post stage is there to be run when the job is over. */
export interface Ran extends StageResult {
  /** Everything a person gets to read about it: annotations, log and summary. */
  readonly told: string
  readonly post: () => Promise<StageResult>
}

export type Run = (step?: Step) => Promise<Ran>

/**
 * GitHub's issuer, served by TLS under its own name, which only a proxy knows, and a runner whose jobs get ID tokens from
 * it. Somebody else's server on the same machine fetches the discovery document and the keys as it would on the internet.
 */
export interface Fixture extends AsyncDisposable {
  readonly hold: Hold
  /** A folder of its own for what a judge writes. */
  readonly folder: string
  /** For the processes of servers and clients: the proxy, and trust in the test authority. */
  readonly env: Readonly<Record<string, string>>
  /** How many more times the issuer has no answer, with 503, to those who ask for its keys. May be set. */
  readonly keys: { missing: number }
  /** Starts a server, under a host name from now on, and waits until it answers. */
  readonly start: (host: string, command: (port: number) => Command) => Promise<string>
  /** How steps of an action are run, by its folder: with these inputs, and those that a step adds or has instead. */
  readonly stepsOf: (action: string, inputs?: Step['inputs']) => Run
  /** An ID token that no step has. */
  readonly mint: (audience: string) => Promise<string>
  /** The server of a fake, by its host name. */
  readonly server: (host: string) => FakeServer
}

/** How a server is started. */
interface Command {
  readonly file: string
  readonly args?: readonly string[]
  /** A path that it answers with any status as soon as it is up. */
  readonly ready: string
  readonly env?: Readonly<Record<string, string>>
}

/** How long a server may take until it answers, in ms. Keycloak needs minutes on a busy machine. */
const START_MS = 600_000
/** How long a step may take, in ms. */
const STEP_MS = 120_000

/**
 * @param servers host names of those that are used with {@link Fixture.start}
 * @param fakes by host name
 */
export async function createFixture(
  hold: Hold,
  servers: readonly string[],
  fakes: Readonly<Record<string, Handler>> = {},
): Promise<Fixture> {
  const folder = await mkdtemp(join(tmpdir(), 'conformance-'))
  const ports = new Map<string, number>()
  const closing = new AsyncDisposableStack()
  closing.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }))
  const world = await createWorld(
    {
      action: '.',
      variants: ['default'],
      setUp: () => ({
        handlers: fakes,
        exchangeRole: '',
        credential: '',
        inputs: () => ({}),
        deny: () => undefined,
        accepts: () => true,
      }),
    },
    {
      hosts: { oidc: new URL(ISSUER).host, ...Object.fromEntries(Object.keys(fakes).map((host) => [host, host])) },
      servers: Object.fromEntries(servers.map((host) => [host, () => ports.get(host) ?? 0])),
    },
  )
  closing.use(world)
  const authority = world.env['NODE_EXTRA_CA_CERTS']!
  const env = {
    HTTPS_PROXY: world.proxy!.url,
    NO_PROXY: '127.0.0.1,localhost',
    SSL_CERT_FILE: authority,
    NODE_EXTRA_CA_CERTS: authority,
  }
  const keys = { missing: 0 }
  world.server('oidc').faults.push(
    forEver(({ url }) => {
      // As its discovery document says.
      if (url.pathname !== '/.well-known/jwks' || keys.missing === 0) return undefined
      keys.missing--
      return fault.status(503, { body: 'upstream connect error' })
    }),
  )

  /** Nothing shows what was issued, nor the credential that the step got. */
  function expectClean(result: StageResult, given: string | undefined): void {
    // Of a presigned URL only the signature is secret.
    const value = /Signature=([0-9a-f]{64})/.exec(given ?? '')?.[1] ?? given
    const credential = value === undefined ? [] : [{ name: 'the credential', value, inState: true }]
    // A credential that is a JWT, and may be in the state, has claims with the same text as those of an ID token.
    const state = Object.fromEntries(
      Object.entries(result.state).map(([name, text]) => [name, given ? text.replaceAll(given, '***') : text]),
    )
    assert.deepEqual(leaks({ ...result, state }, [...world.secrets, ...credential], ['token', 'secret']), [])
  }

  return {
    hold,
    folder,
    env,
    keys,
    server: world.server,
    stepsOf:
      (action, inputs) =>
      async ({ claims = {}, ...step } = {}) => {
        world.issuer.become({ ...defaultIdentity, ...step.identity }, claims)
        const stage = { ...step, action: join(ROOT, action), inputs: { ...inputs, ...step.inputs }, limitMs: STEP_MS }
        const main = await world.run(stage)
        const { annotations, log, summary, outputs } = main
        const credential = outputs['token'] ?? outputs['secret']
        expectClean(main, credential)
        return {
          ...main,
          told: [...annotations.map(({ message }) => message), log, summary].join('\n'),
          post: async () => {
            const post = await world.post(main, stage)
            expectClean(post, credential)
            return post
          },
        }
      },
    mint(audience) {
      world.issuer.become(defaultIdentity, {})
      return world.issuer.mint(audience)
    },
    async start(host, command) {
      const port = await freePort()
      const { file, args = [], ready, env: own } = command(port)
      const child = spawn(file, args, {
        cwd: folder,
        env: { PATH: process.env['PATH'] ?? '', HOME: folder, ...env, ...own },
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      const ended = once(child, 'close')
      closing.defer(async () => {
        child.kill()
        const timer = setTimeout(() => child.kill('SIGKILL'), 5_000)
        await ended
        clearTimeout(timer)
      })
      let printed = ''
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding('utf8').on('data', (text: string) => (printed += text))
      }
      await eventually(
        `${file} answers`,
        async () => {
          if (child.exitCode !== null) throw new Error(`${file} did not come up:\n${printed.slice(-4_000)}`)
          const options = { method: 'HEAD', signal: AbortSignal.timeout(5_000) }
          return (await fetch(`http://127.0.0.1:${port}${ready}`, options).catch(() => undefined)) !== undefined
        },
        START_MS,
      )
      ports.set(host, port)
      return `http://127.0.0.1:${port}`
    },
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  }
}

/** A free port on loopback. */
export async function freePort(): Promise<number> {
  const { port, close } = await listen(net.createServer())
  await close()
  return port
}

/** Asks again and again until something is so. @throws AssertionError where it does not become so within that many ms */
export async function eventually(what: string, isSo: () => Promise<boolean>, patienceMs = 30_000): Promise<void> {
  for (const deadline = Date.now() + patienceMs; !(await isSo());) {
    assert(Date.now() < deadline, `not within ${patienceMs / 1_000} s: ${what}`)
    await wait(200)
  }
}
