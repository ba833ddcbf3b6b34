import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'

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
  /** From the first signal that was sent to the end; absent without signals. */
  readonly afterSignalMs?: number
  /** As the process printed it, stdout first. Holds secrets. */
  readonly raw: string
}

/** Runs node. @throws Error where it does not end in time */
export async function runProcess(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  cwd: string,
  { signals = [], limitMs = 300_000 }: ProcessOptions,
): Promise<Ended> {
  const started = performance.now()
  const limit = AbortSignal.timeout(limitMs)
  const child = spawn(process.execPath, args, { cwd, env: environment, stdio: ['ignore', 'pipe', 'pipe'] })
  limit.addEventListener('abort', () => child.kill('SIGKILL'))
  let signalled: number | undefined
  for (const { signal, when } of signals) {
    void when.then(() => {
      const now = performance.now()
      if (child.kill(signal)) signalled ??= now
    })
  }
  const [exit, stdout, stderr] = await Promise.all([once(child, 'exit'), text(child.stdout), text(child.stderr)])
  const raw = stdout + stderr
  if (limit.aborted) throw new Error(`the stage did not end within ${limitMs} ms; so far it printed:\n${raw}`)
  const [exitCode, signal] = exit as [number | null, NodeJS.Signals | null]
  const now = performance.now()
  return {
    exitCode,
    signal,
    durationMs: now - started,
    ...(signalled === undefined ? {} : { afterSignalMs: now - signalled }),
    raw,
  }
}
