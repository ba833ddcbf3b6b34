import type { Masker } from './masker.ts'

export interface Annotation {
  readonly level: 'error' | 'warning' | 'notice'
  /** Masked, at most 4096 characters. */
  readonly message: string
}

/** The longest annotation, in characters. */
const LONGEST = 4_096
/** How many annotations of one level a step may have. */
const MOST = 10

/** The commands that an action of this repository uses, as it prints them. */
const OWN = ['add-mask', 'debug', 'endgroup', 'error', 'group', 'notice', 'warning'] as const

/** The others that the runner acts on. */
const OTHERS = 'add-matcher add-path echo remove-matcher save-state set-env set-output stop-commands'.split(' ')

/**
 * A line with a command, as `ActionCommand.cs` finds it: after white space at its start, which U+0085 is to .NET and U+FEFF
 * is not, or in brackets anywhere.
 */
const FORMS = [/^(?:[^\S\uFEFF]|\x85)*::(?<head>.*?)::(?<text>.*)$/s, /##\[(?<head>.*?)\](?<text>.*)$/s]

/** Turns what a step prints into its log: acts on commands, masks secrets, in the order of the lines. */
export class StepLog {
  readonly annotations: Annotation[] = []
  /** Masked. Kept also where they are not shown. */
  readonly debugLines: string[] = []
  /** Lines, masked, with a command that the action does not issue itself: somebody else's text. They are not acted on. */
  readonly foreignCommands: string[] = []
  readonly #lines: string[] = []
  readonly #masker: Masker
  readonly #debug: boolean

  constructor(masker: Masker, debug: boolean) {
    this.#masker = masker
    this.#debug = debug
  }

  /** The log so far, as GitHub shows it. */
  get text(): string {
    return this.#lines.map((line) => `${line}\n`).join('')
  }

  /** Takes one line that the step printed. */
  take(line: string): void {
    for (const form of FORMS) {
      const { head = '', text = '' } = form.exec(line)?.groups ?? {}
      const name = head.split(' ')[0]!.toLowerCase()
      const own = OWN.find((command) => command === name)
      if (own === undefined && !OTHERS.includes(name)) continue
      if (own === head && form === FORMS[0]) {
        this.#act(own, text.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%'))
        return
      }
      this.foreignCommands.push(this.#masker.mask(line))
      break
    }
    this.show(line)
  }

  /** Shows a line as it is. */
  show(line: string): void {
    this.#lines.push(this.#masker.mask(line))
  }

  #act(command: (typeof OWN)[number], text: string): void {
    switch (command) {
      case 'add-mask':
        this.#masker.add(text)
        return
      case 'debug':
        for (const line of text.split(/\r?\n/)) {
          this.debugLines.push(this.#masker.mask(line))
          if (this.#debug) this.show(`##[debug]${line}`)
        }
        return
      case 'error':
      case 'warning':
      case 'notice':
        this.#annotate(command, text)
        return
      case 'group':
      case 'endgroup':
        this.show(`##[${command}]${text}`)
    }
  }

  #annotate(level: Annotation['level'], text: string): void {
    const message = this.#masker.mask(text).slice(0, LONGEST)
    if (this.annotations.filter((annotation) => annotation.level === level).length < MOST) {
      this.annotations.push({ level, message })
    }
    this.show(`##[${level}]${message}`)
  }
}
