import { OWN_COMMANDS, parseCommand, REGISTERED, type WorkflowCommand } from './commands.ts'
import { trim } from './dotnet.ts'
import type { Masker } from './masker.ts'

export interface Annotation {
  readonly level: 'error' | 'warning' | 'notice'
  /** Masked, at most 4096 characters. */
  readonly message: string
  /** Not masked. */
  readonly title?: string
}

/** The longest annotation, in characters. */
const LONGEST = 4_096
/** How many annotations of one level a step may have. */
const MOST = 10
/** Commands that `echo` does not show. */
const NEVER_ECHOED = ['add-mask', 'debug', 'error', 'notice', 'warning']

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
  #echo: boolean
  #resume: string | undefined
  /** Whether the runner reads on. */
  #reads = true

  constructor(masker: Masker, debug: boolean) {
    this.#masker = masker
    this.#debug = debug
    this.#echo = debug
  }

  /** The log so far, as GitHub shows it. */
  get text(): string {
    return this.#lines.map((line) => `${line}\n`).join('')
  }

  /** Takes one line that the step printed. */
  take(line: string): void {
    if (!this.#reads) return
    const command = parseCommand(line, this.#resume)
    const stopped = this.#resume !== undefined
    if (command === undefined || (stopped && command.name !== this.#resume?.toLowerCase())) {
      this.show(line.replace(/##\[(?=(start|end)-action)/g, '##[\\'))
      return
    }
    if (stopped) {
      this.#resume = undefined
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

  annotate(level: Annotation['level'], text: string, title?: string): void {
    const message = this.#masker.mask(text).slice(0, LONGEST)
    if (this.annotations.filter((annotation) => annotation.level === level).length < MOST) {
      this.annotations.push({ level, message, ...(title === undefined ? {} : { title }) })
    }
    if (message !== '') this.show(`##[${level}]${message}`)
  }

  /** Says that a command cannot be processed, which fails the step. */
  refuse(what: string, reason: string): void {
    this.annotate('error', `Unable to process ${what} successfully.`)
    this.annotate('error', reason)
    this.failed = true
  }

  #act({ name, data, properties }: WorkflowCommand, line: string): void {
    if (name === 'stop-commands') {
      this.#stop(data, line)
      return
    }
    if (this.#echo && !NEVER_ECHOED.includes(name)) this.show(line)
    const refuse = (reason: string): void => {
      this.refuse(`command '${line}'`, reason)
    }
    switch (name) {
      case 'add-mask':
        if (trim(data) === '') {
          this.annotate('warning', "Can't add secret mask for empty string in ##[add-mask] command.")
          return
        }
        if (this.#echo) this.show('::add-mask::***')
        this.#masker.add(data)
        return
      case 'debug':
        for (const part of data.split(/\r?\n/)) {
          this.debugLines.push(this.#masker.mask(part))
          if (this.#debug) this.show(`##[debug]${part}`)
        }
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
      case 'echo': {
        const value = trim(data).toUpperCase()
        if (value === 'ON' || value === 'OFF') this.#echo = value === 'ON'
        else refuse(`Invalid echo command value. Possible values can be: 'on', 'off'. Current value is: '${data}'.`)
        return
      }
      case 'set-output':
      case 'save-state':
        if (properties['name'] === undefined) refuse(`Required field 'name' is missing in ##[${name}] command.`)
        else (name === 'set-output' ? this.outputs : this.state)[properties['name']] = data
        return
      case 'set-env':
      case 'add-path':
        refuse(`The \`${name}\` command is disabled. Please upgrade to using Environment Files.`)
    }
  }

  /** A token that is none ends the step: nothing that it prints from then on is read. */
  #stop(token: string, line: string): void {
    if (['', 'pause-logging', ...REGISTERED].includes(token.toLowerCase())) {
      this.annotate(
        'error',
        `You cannot use a endToken that is an empty string, the string 'pause-logging', or another workflow command.`,
      )
      this.failed = true
      this.#reads = false
      return
    }
    this.#resume = token
    if (token.length > 6) this.#masker.add(token)
    this.show(line)
  }
}
