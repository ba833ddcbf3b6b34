import { OWN_COMMANDS, parseCommand, type WorkflowCommand } from './commands.ts'
import type { Masker } from './masker.ts'

export interface Annotation {
  readonly level: 'error' | 'warning' | 'notice'
  /** Masked, at most 4096 characters. */
  readonly message: string
  readonly title?: string
}

/** The longest annotation, in characters. */
const LONGEST = 4_096
/** How many annotations of one level a step may have. */
const MOST = 10

/** Turns what a step prints into its log: acts on commands, masks secrets, in the order of the lines. */
export class StepLog {
  readonly annotations: Annotation[] = []
  /** Masked. Kept also where they are not shown. */
  readonly debugLines: string[] = []
  /** Lines, masked, with a command that the action does not issue itself. */
  readonly foreignCommands: string[] = []
  readonly outputs: Record<string, string> = {}
  readonly state: Record<string, string> = {}
  /** Whether a command failed, which fails the step. */
  failed = false
  readonly #lines: string[] = []
  readonly #masker: Masker
  readonly #debug: boolean
  #resume: string | undefined

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
    const command = parseCommand(line, this.#resume)
    if (command === undefined) {
      this.show(line)
      return
    }
    if (this.#resume !== undefined) {
      if (command.name === this.#resume.toLowerCase()) this.#resume = undefined
      this.show(line)
      return
    }
    if (command.form === '##[' || !OWN_COMMANDS.includes(command.name)) {
      this.foreignCommands.push(this.#masker.mask(line))
    }
    this.#act(command, line)
  }

  /** Shows a line as it is. */
  show(line: string): void {
    this.#lines.push(this.#masker.mask(line))
  }

  annotate(level: Annotation['level'], message: string, title?: string): void {
    const masked = this.#masker.mask(message)
    this.#lines.push(`##[${level}]${masked}`)
    if (this.annotations.filter((annotation) => annotation.level === level).length >= MOST) return
    this.annotations.push({
      level,
      message: masked.slice(0, LONGEST),
      ...(title === undefined ? {} : { title: this.#masker.mask(title) }),
    })
  }

  #act({ name, data, properties }: WorkflowCommand, line: string): void {
    switch (name) {
      case 'add-mask':
        if (data.trim() === '') {
          this.annotate(
            'warning',
            "Can't add secret mask for empty string or whitespace in ##[add-mask] command.",
          )
        } else {
          this.#masker.add(data)
        }
        return
      case 'debug':
        this.debugLines.push(this.#masker.mask(data))
        if (this.#debug) this.show(`##[debug]${data}`)
        return
      case 'error':
      case 'warning':
      case 'notice':
        this.annotate(name, data, properties['title'])
        return
      case 'group':
        this.show(`##[group]${data}`)
        return
      case 'endgroup':
        this.show('##[endgroup]')
        return
      case 'set-output':
        this.outputs[properties['name'] ?? ''] = data
        return
      case 'save-state':
        this.state[properties['name'] ?? ''] = data
        return
      case 'stop-commands':
        this.show(line)
        this.#resume = data
        return
      case 'set-env':
      case 'add-path':
        this.annotate('error', `Unable to process command '${line}' successfully.`)
        this.annotate(
          'error',
          `The \`${name}\` command is disabled. Please upgrade to using Environment Files.`,
        )
        this.failed = true
        return
      default:
        this.show(line)
    }
  }
}
