import { strict as assert } from 'node:assert'
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import * as net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fault, forEver } from '../fakes/faults.ts'
import type { Handler } from '../fakes/handler.ts'
import { defaultIdentity, type Identity } from '../fakes/identity.ts'
import { ISSUER } from '../fakes/issuer.ts'
import { listen } from '../fakes/loopback.ts'
import type { FakeServer } from '../fakes/serve.ts'
import { readAction } from '../runner/action-file.ts'
import { leaks } from '../runner/leaks.ts'
import type { StageResult } from '../runner/runner.ts'
import { createWorld, ROOT } from '../world.ts'

/** A step of a job, as a judge wants it. */
export interface Step {
  /** Folder of the action, from the repository; `.` for the root. */
  readonly action: string
  readonly inputs: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
  readonly identity?: Partial<Identity>
  /** Claims of the ID token that are added or replaced. */
  readonly claims?: Readonly<Record<string, unknown>>
  /** Whether the log has debug messages. */
  readonly debug?: boolean
  /** The output that holds the credential. */
  readonly credential?: string
  /** The part of the credential that is secret; all of it unless given. */
  readonly secretOf?: (credential: string) => string
}

/** What became of a step. The post stage is there to be run when the job is over. */
export interface Ran extends StageResult {
  /** Everything a person gets to read about it: annotations, log and summary. */
  readonly told: string
  readonly post: () => Promise<StageResult>
}

/**
 * GitHub's issuer, served by TLS under its own name, which only a proxy knows, and a runner whose jobs get ID tokens from
 * it. Somebody else's server on the same machine fetches the discovery document and the keys as it would on the internet.
 */
export interface Fixture extends AsyncDisposable {
  /** A folder of its own for what a judge writes. */
  readonly folder: string
  /** For the processes of servers and clients: the proxy, and trust in the test authority. */
  readonly env: Readonly<Record<string, string>>
  /** How many more times the issuer has no answer, with 503, to those who ask for its keys. May be set. */
  readonly keys: { missing: number }
  /** Starts a server, under a host name from now on, and waits until it answers. */
  readonly start: (host: string, command: (port: number) => Command) => Promise<string>
  readonly run: (step: Step) => Promise<Ran>
  /** An ID token that no step has. */
  readonly mint: (audience: string) => Promise<string>
  /** The server of a fake, by its host name. */
  readonly server: (host: string) => FakeServer
}

/** How a server is started. */
export interface Command {
  readonly file: string
  readonly args: readonly string[]
  /** A path that it answers with any status as soon as it is up. */
  readonly ready: string
  readonly env?: Readonly<Record<string, string>>
}

/** How long a server may take until it answers, in ms. Keycloak needs minutes on a busy machine. */
const START_MS = 600_000
/** How long a step may take, in ms. */
const STEP_MS = 120_000

/** What a step says with {@link Step.debug} before it tries again. */
export const AGAIN = /trying again in \d+ ms/

/**
 * @param servers host names of those that are used with {@link Fixture.start}
 * @param fakes by host name
 */
export async function createFixture(
  servers: readonly string[],
  fakes: Readonly<Record<string, Handler>> = {},
): Promise<Fixture> {
  const folder = await mkdtemp(join(tmpdir(), 'conformance-'))
  const ports = new Map<string, number>()
  const closing: (() => Promise<void>)[] = []
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
  const authority = world.env['NODE_EXTRA_CA_CERTS']!
  const { url: proxy } = world.proxy!
  const env = {
    HTTPS_PROXY: proxy,
    https_proxy: proxy,
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

  async function run(step: Step): Promise<Ran> {
    const { action, inputs, identity = {}, claims = {}, debug = false, credential } = step
    world.issuer.become({ ...defaultIdentity, ...identity }, claims)
    const stage = {
      action: join(ROOT, action),
      identity,
      inputs,
      env: { ...env, ...step.env },
      debug,
      limitMs: STEP_MS,
    }
    const main = await world.run(stage)
    const given = credential === undefined ? undefined : main.outputs[credential]
    const value = given === undefined ? undefined : (step.secretOf?.(given) ?? given)
    const secrets = [
      ...world.secrets,
      ...(value === undefined ? [] : [{ name: 'the credential', value, inState: true }]),
    ]
    const clean = (result: StageResult): void => {
      // A credential that is a JWT, and may be in the state, has claims with the same text as those of an ID token.
      const state = Object.entries(result.state).map(([name, text]) => [
        name,
        given === undefined ? text : text.replaceAll(given, '***'),
      ])
      const shown = { ...result, state: Object.fromEntries(state) as StageResult['state'] }
      assert.deepEqual(leaks(shown, secrets, credential === undefined ? [] : [credential]), [])
    }
    clean(main)
    const { annotations, log, summary } = main
    return {
      ...main,
      told: [...annotations.map(({ message }) => message), log, summary].join('\n'),
      post: async () => {
        const { runs } = readAction(stage.action)
        assert(runs.post !== undefined, `${action} has no post stage`)
        const post = await world.post(main, stage)
        clean(post)
        return post
      },
    }
  }

  return {
    folder,
    env,
    keys,
    server: world.server,
    run,
    mint(audience) {
      world.issuer.become(defaultIdentity, {})
      return world.issuer.mint(audience)
    },
    async start(host, command) {
      const port = await freePort()
      closing.push(await startServer(command(port), port, folder, env))
      ports.set(host, port)
      return `http://127.0.0.1:${port}`
    },
    async [Symbol.asyncDispose]() {
      for (const close of closing.toReversed()) await close()
      await world.close()
      await rm(folder, { recursive: true, force: true, maxRetries: 3 })
    },
  }
}

/** A free port on loopback. */
export async function freePort(): Promise<number> {
  const { port, close } = await listen(net.createServer())
  await close()
  return port
}

/** Starts a server and waits until it answers. Resolves to what stops it. */
async function startServer(
  { file, args, ready, env = {} }: Command,
  port: number,
  cwd: string,
  machine: Fixture['env'],
): Promise<() => Promise<void>> {
  const child = spawn(file, args, {
    cwd,
    env: { PATH: process.env['PATH'] ?? '', HOME: cwd, ...machine, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  }
  const became = { over: false }
  const ended = new Promise<void>((resolve) => {
    child.once('close', resolve)
    child.once('error', (error) => {
      output += error.message
      resolve()
    })
  }).then(() => {
    became.over = true
  })
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), 5_000)
    await ended
    clearTimeout(timer)
  }
  for (const deadline = Date.now() + START_MS; ;) {
    if (await answers(`http://127.0.0.1:${port}${ready}`)) return stop
    if (became.over || Date.now() > deadline) {
      await stop()
      throw new Error(`${file} did not come up:\n${output.slice(-4_000)}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    await (await fetch(url, { signal: AbortSignal.timeout(5_000) })).body?.cancel()
    return true
  } catch {
    return false
  }
}
