import { spawn } from 'node:child_process'
import type { Readable } from 'node:stream'

export interface ProcessOptions {
  /** Signals to the process, each as soon as its promise resolves. */
  readonly signals?: readonly { readonly signal: NodeJS.Signals; readonly when: Promise<unknown> }[]
  /** After so many ms the process counts as hanging; 300,000 unless given. */
  readonly limitMs?: number
}

/** What became of a process. */
export interface Ended {
  /** `null` where a signal ended the process. */
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
  /** Where waits were leapt over, by the clocks of the process. */
  readonly durationMs: number
  /** In ms since the epoch. */
  readonly endedAt: number
  /** From the first signal that was sent to the end; absent without signals. */
  readonly afterSignalMs?: number
  /** As the process printed it. Holds secrets. */
  readonly raw: string
}

/**
 * Runs node, and reads what it prints line by line.
 *
 * @throws Error where it does not end in time
 */
export async function runProcess(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  cwd: string,
  options: ProcessOptions,
  take: (line: string) => void,
): Promise<Ended> {
  const started = performance.now()
  const child = spawn(process.execPath, args, { cwd, env: environment, stdio: ['ignore', 'pipe', 'pipe'] })
  let raw = ''
  let signalled: number | undefined
  const became = { over: false, hung: false }
  const read = (stream: Readable): Promise<void> =>
    new Promise((resolve) => {
      let rest = ''
      stream.setEncoding('utf8').on('data', (text: string) => {
        raw += text
        // As the runner reads them: a lone CR ends a line too. One at the very end may still be half of a CRLF.
        const lines = (rest + text).split(/\r\n|\n|\r(?!$)/)
        rest = lines.pop() ?? ''
        lines.forEach(take)
      })
      stream.on('close', () => {
        if (rest !== '') take(rest.replace(/\r$/, ''))
        resolve()
      })
    })
  for (const { signal, when } of options.signals ?? []) {
    void when.then(() => {
      if (became.over) return
      signalled ??= performance.now()
      child.kill(signal)
    })
  }
  const limitMs = options.limitMs ?? 300_000
  const timer = setTimeout(() => {
    became.hung = true
    child.kill('SIGKILL')
  }, limitMs)
  try {
    const exit = new Promise<{ exitCode: number | null; signal: NodeJS.Signals | null }>((resolve, reject) => {
      child.once('error', reject)
      child.once('exit', (exitCode, signal) => {
        became.over = true
        resolve({ exitCode, signal })
      })
    })
    const [status] = await Promise.all([exit, read(child.stdout), read(child.stderr)])
    const now = performance.now()
    if (became.hung) throw new Error(`the stage did not end within ${limitMs} ms; so far it printed:\n${raw}`)
    return {
      ...status,
      durationMs: now - started,
      endedAt: Date.now(),
      ...(signalled === undefined ? {} : { afterSignalMs: now - signalled }),
      raw,
    }
  } finally {
    clearTimeout(timer)
  }
}
