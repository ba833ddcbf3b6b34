import { strict as assert } from 'node:assert'
import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import * as net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as tls from 'node:tls'
import { createCertificates, type Certificates } from '../fakes/certificates.ts'
import type { Handler } from '../fakes/handler.ts'
import { defaultIdentity, type Identity } from '../fakes/identity.ts'
import { createIssuer, generateIssuerKeys, ISSUER, type Issuer, type IssuerKeys } from '../fakes/issuer.ts'
import { startProxy, type Proxy } from '../fakes/proxy.ts'
import type { IssuedSecret } from '../fakes/secrets.ts'
import { serve, type FakeServer } from '../fakes/serve.ts'
import { leaks } from '../runner/leaks.ts'
import { situations } from '../runner/context.ts'
import { runAction, runPost, type StageOptions, type StageResult } from '../runner/runner.ts'
import { readAction } from '../runner/action-file.ts'
import { ROOT } from '../world.ts'

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
 * it. Somebody else's server beside it fetches the discovery document and the keys as it would on the internet.
 */
export interface Stand extends AsyncDisposable {
  /** A folder of its own for what a judge writes. */
  readonly folder: string
  /** For the processes of servers and clients: the proxy, and trust in the test authority. */
  readonly env: Readonly<Record<string, string>>
  readonly proxy: Proxy
  /** How many more times the issuer has no answer, with 503, to those who ask for its keys. May be set. */
  readonly keys: { missing: number }
  /** Serves a fake by TLS under a host name. */
  readonly fake: (host: string, handler: Handler) => Promise<FakeServer>
  /** Puts TLS and a host name before a server on loopback. */
  readonly front: (host: string, port: number) => Promise<void>
  /** Starts a server and waits until it answers at a URL. Its output is kept for {@link Server.output}. */
  readonly start: (command: string, args: readonly string[], options: ServerOptions) => Promise<Server>
  readonly run: (step: Step) => Promise<Ran>
  /** Mints an ID token without a step. */
  readonly mint: (audience: string, identity?: Partial<Identity>) => Promise<string>
}

export interface ServerOptions {
  /** Answers with any status as soon as the server is up. */
  readonly ready: string
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
}

export interface Server {
  readonly output: () => string
  readonly stop: () => Promise<void>
}

/** How long a server may take until it answers, in ms. */
const START_MS = 120_000
/** The host of GitHub's issuer. */
const ISSUER_HOST = new URL(ISSUER).host
/** As its discovery document says. */
const KEYS_PATH = '/.well-known/jwks'

/** What a step says with {@link Step.debug} before it tries again. */
export const AGAIN = /trying again in \d+ ms/

/** @param hosts every name that is used with {@link Stand.fake} and {@link Stand.front} */
export async function createStand(hosts: readonly string[]): Promise<Stand> {
  const folder = await mkdtemp(join(tmpdir(), 'conformance-'))
  const certificates = await createCertificates([ISSUER_HOST, ...hosts])
  const authority = join(folder, 'authority.pem')
  await writeFile(authority, certificates.authority)
  const ports: Record<string, number> = {}
  const proxy = await startProxy({ hosts: ports })
  const closing: (() => Promise<void>)[] = [() => proxy.close()]
  const identities = createIdentities(await generateIssuerKeys())
  const keys = { missing: 0 }

  const stand: Stand = {
    folder,
    proxy,
    keys,
    env: {
      HTTPS_PROXY: proxy.url,
      https_proxy: proxy.url,
      NO_PROXY: '127.0.0.1,localhost',
      SSL_CERT_FILE: authority,
      NODE_EXTRA_CA_CERTS: authority,
    },
    async fake(host, handler) {
      const server = await serve(handler, { tls: certificates.good })
      closing.push(() => server.close())
      ports[host] = server.port
      return server
    },
    async front(host, port) {
      const front = await tlsFront(certificates, port)
      closing.push(front.close)
      ports[host] = front.port
    },
    async start(command, args, options) {
      const server = await startServer(command, args, {
        cwd: folder,
        ...options,
        env: { ...stand.env, ...options.env },
      })
      closing.push(() => server.stop())
      return server
    },
    run: (step) => runStep(step, identities, stand.env),
    mint: async (audience, identity) => (await identities.become(identity)).mint(audience),
    async [Symbol.asyncDispose]() {
      for (const close of closing.toReversed()) await close()
      await rm(folder, { recursive: true, force: true, maxRetries: 3 })
    },
  }
  // A server may fetch the keys before there is a job.
  await identities.become()
  await stand.fake(ISSUER_HOST, (request) => {
    const isMissing = keys.missing > 0 && request.url.pathname === KEYS_PATH
    if (!isMissing) return identities.current().handler(request)
    keys.missing--
    return { status: 503, body: 'upstream connect error' }
  })
  return stand
}

/** The issuer, for one job after the other: the same keys, another identity. */
interface Identities {
  readonly current: () => Issuer
  readonly become: (identity?: Partial<Identity>, claims?: Step['claims']) => Promise<Issuer>
  /** Every secret issued so far. */
  readonly secrets: readonly IssuedSecret[]
}

function createIdentities(keys: IssuerKeys): Identities {
  const secrets: IssuedSecret[] = []
  let issuer: Issuer | undefined
  return {
    current() {
      assert(issuer !== undefined, 'nobody has an identity yet')
      return issuer
    },
    async become(identity, claims = {}) {
      issuer = await createIssuer({
        keys,
        now: Date.now,
        identity: { ...defaultIdentity, ...identity },
        issue: (name, value, { inState = false } = {}) => secrets.push({ name, value, inState }),
        claims,
      })
      return issuer
    },
    secrets,
  }
}

async function runStep(step: Step, identities: Identities, machine: Stand['env']): Promise<Ran> {
  const {
    action,
    inputs,
    env,
    identity = {},
    claims,
    debug = false,
    credential,
    secretOf = (whole: string): string => whole,
  } = step
  const issuer = await identities.become(identity, claims)
  const options: StageOptions = {
    action: join(ROOT, action),
    situation: situations.push,
    identity,
    inputs,
    env: {
      ...machine,
      ACTIONS_ID_TOKEN_REQUEST_URL: `${ISSUER}${issuer.requestPath}`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: issuer.requestToken,
      ...env,
    },
    masks: [issuer.requestToken],
    debug,
    limitMs: 120_000,
  }
  const given = (outputs: StageResult['outputs']): IssuedSecret[] => {
    const value = credential === undefined ? undefined : outputs[credential]
    return value === undefined ? [] : [{ name: 'the credential', value: secretOf(value), inState: true }]
  }
  const clean = (result: StageResult, main: StageResult): void => {
    const carriers = credential === undefined ? [] : [credential]
    assert.deepEqual(leaks(result, [...identities.secrets, ...given(main.outputs)], carriers), [])
  }
  const main = await runAction(options)
  clean(main, main)
  const { annotations, log, summary } = main
  return {
    ...main,
    told: [...annotations.map(({ message }) => message), log, summary].join('\n'),
    post: async () => {
      const { runs } = await readAction(options.action)
      assert(runs.post !== undefined, `${action} has no post stage`)
      const post = await runPost(options, main)
      clean(post, main)
      return post
    },
  }
}

async function tlsFront(
  { good }: Certificates,
  port: number,
): Promise<{ port: number; close: () => Promise<void> }> {
  const sockets = new Set<net.Socket>()
  const server = tls.createServer(good, (client) => {
    const upstream = net.connect(port, '127.0.0.1')
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => {
        client.destroy()
        upstream.destroy()
      })
      socket.on('close', () => sockets.delete(socket))
    }
    client.pipe(upstream).pipe(client)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as net.AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve()
        })
        for (const socket of sockets) socket.destroy()
      }),
  }
}

/** A free port on loopback. */
export async function freePort(): Promise<number> {
  const server = net.createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as net.AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

async function startServer(
  command: string,
  args: readonly string[],
  { ready, env = {}, cwd }: ServerOptions & { readonly cwd: string },
): Promise<Server> {
  const machine = { PATH: process.env['PATH'] ?? '', HOME: cwd }
  const child = spawn(command, args, { cwd, env: { ...machine, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  }
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => {
      resolve()
    })
    child.once('error', (error) => {
      output += error.message
      resolve()
    })
  })
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), 5_000)
    await ended
    clearTimeout(timer)
  }
  const became = { over: false }
  void ended.then(() => (became.over = true))
  for (const deadline = Date.now() + START_MS; ;) {
    if (await answers(ready)) return { output: () => output, stop }
    if (became.over || Date.now() > deadline) {
      await stop()
      throw new Error(`${command} did not come up:\n${output.slice(-4_000)}`)
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
