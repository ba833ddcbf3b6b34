import * as net from 'node:net'
import { listen } from '../../dev/fakes/loopback.ts'

/** A step that is cancelled ends within this time, in ms, on a busy machine too: before the runner kills it. */
export const CANCELLED_MS = 9_000

/** A module to preload, from its source. */
export function preload(source: string): string {
  return `data:text/javascript,${encodeURIComponent(source)}`
}

/** Whether a signal reaches the handlers of a process. Windows ends the process at once, without asking it. */
export const signalsReachHandlers = process.platform !== 'win32'

/** How a process shows that it killed itself by SIGKILL: on Windows nobody is told of the signal. */
export const KILLED = signalsReachHandlers ? { signal: 'SIGKILL' } : { exitCode: 1 }

/** A preload that tells when something happens in the process. */
interface Telling extends AsyncDisposable {
  readonly preload: string
  readonly told: Promise<unknown>
}

/** @param source of the preload; it calls `tell` */
async function telling(source: string): Promise<Telling> {
  const { promise: told, resolve } = Promise.withResolvers()
  const server = await rawServer(resolve)
  const tell = `
    import { connect } from 'node:net'
    const tell = () => connect(${server.port}, '127.0.0.1').end()`
  return { preload: preload(`${tell}\n${source}`), told, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
}

/** Tells when the handlers of the process have been told of a signal. */
export function hearing(signal: NodeJS.Signals): Promise<Telling> {
  return telling(`process.once('${signal}', tell)`)
}

/** Tells when the process loads a part of `dist`. */
export function loading(part: string): Promise<Telling> {
  return telling(`
    import { registerHooks } from 'node:module'
    registerHooks({
      load(url, context, next) {
        if (url.endsWith('/dist/parts/${part}.js')) tell()
        return next(url, context)
      },
    })`)
}

/** Has the process send itself a signal a moment after it printed a line with this text. */
export function signalAfter(text: string, signal: NodeJS.Signals): string {
  return preload(`
    const write = process.stdout.write
    process.stdout.write = function (chunk, ...more) {
      if (String(chunk).includes(${JSON.stringify(text)})) setImmediate(() => process.kill(process.pid, '${signal}'))
      return write.call(this, chunk, ...more)
    }`)
}

export interface RawServer extends AsyncDisposable {
  readonly port: number
  /** How many connections came in so far. */
  readonly connections: () => number
}

/** A TCP server that does with each connection what it is told. */
export async function rawServer(each: (socket: net.Socket) => unknown): Promise<RawServer> {
  let connections = 0
  const server = net.createServer((socket) => {
    connections++
    socket.on('error', () => undefined).resume()
    each(socket)
  })
  const { port, close } = await listen(server)
  return { port, connections: () => connections, [Symbol.asyncDispose]: close }
}
