import { AssertionError } from 'node:assert'
import type { Program } from './program.ts'

/** One thing that somebody else's program was asked to confirm. */
export interface Line {
  readonly line: string
  readonly held: boolean
  /** What was found instead; absent where the line held. */
  readonly found?: string
}

/** Somebody else's program, and what it has to say of this project. */
export interface Judge {
  /** Its name on the command line. */
  readonly name: string
  /** As the table calls it. */
  readonly title: string
  /** What it judges, in a few words. */
  readonly judges: string
  readonly program: Program
  /** Of the program on this machine. */
  readonly version: () => string | Promise<string>
  /** Tries every line. Throws only where the program itself does not work. */
  readonly run: (hold: Hold) => Promise<void>
}

/** Tries one line: it holds unless the trial throws. */
export type Hold = (line: string, trial: () => Promise<void> | void) => Promise<void>

/** Runs a judge and takes its lines down, printing each as it is known. */
export async function linesOf(judge: Judge): Promise<Line[]> {
  const lines: Line[] = []
  await judge.run(async (line, trial) => {
    let found: string | undefined
    try {
      await trial()
    } catch (error) {
      if (!(error instanceof AssertionError)) throw error
      found = error.message.replace(/\s*\n\s*/g, ' ').slice(0, MOST_FOUND)
    }
    lines.push({ line, held: found === undefined, ...(found !== undefined && { found }) })
    console.log(found === undefined ? `  held      ${line}` : `  NOT HELD  ${line}\n            ${found}`)
  })
  return lines
}

/** How much of what was found is kept, in characters. */
const MOST_FOUND = 1_500
