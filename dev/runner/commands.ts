import { trim, trimStart } from './dotnet.ts'

/** A workflow command in a line of output. */
export interface WorkflowCommand {
  /** Lower case. */
  readonly name: string
  /** By names in lower case. */
  readonly properties: Readonly<Record<string, string>>
  readonly data: string
  /** `::name::` at the start of a line, or `##[name]` anywhere in it. */
  readonly form: '::' | '##['
}

/** The commands that the runner acts on. */
export const REGISTERED = [
  'add-mask',
  'add-matcher',
  'add-path',
  'debug',
  'echo',
  'endgroup',
  'error',
  'group',
  'notice',
  'remove-matcher',
  'save-state',
  'set-env',
  'set-output',
  'stop-commands',
  'warning',
]

/** The commands that an action may use; any other that the runner would act on came from somebody else's text. */
export const OWN_COMMANDS = ['add-mask', 'debug', 'endgroup', 'error', 'group', 'notice', 'warning']

/**
 * Finds the workflow command in a line, as `ActionCommand.cs` does.
 *
 * @param resume the token that ends `stop-commands`, a command while it is awaited
 */
export function parseCommand(line: string, resume?: string): WorkflowCommand | undefined {
  return inColons(trimStart(line), resume) ?? inBrackets(line, resume)
}

function inColons(line: string, resume: string | undefined): WorkflowCommand | undefined {
  const end = line.indexOf('::', 2)
  if (!line.startsWith('::') || end < 0) return undefined
  return command(line.slice(2, end), line.slice(end + 2), '::', resume)
}

function inBrackets(line: string, resume: string | undefined): WorkflowCommand | undefined {
  const start = line.indexOf('##[')
  const end = line.indexOf(']', start)
  if (start < 0 || end < 0) return undefined
  return command(line.slice(start + 3, end), line.slice(end + 1), '##[', resume)
}

function command(
  head: string,
  data: string,
  form: WorkflowCommand['form'],
  resume: string | undefined,
): WorkflowCommand | undefined {
  const blank = head.indexOf(' ')
  const name = (blank < 0 ? head : head.slice(0, blank)).toLowerCase()
  if (!REGISTERED.includes(name) && name !== resume?.toLowerCase()) return undefined
  const properties: Record<string, string> = {}
  if (blank > 0) {
    const list = head.slice(blank + 1)
    for (const pair of form === '::' ? trim(list).split(',') : list.split(';')) {
      const [, key, value] = /^=*([^=]+)=+([^=].*)$/s.exec(pair) ?? []
      if (key !== undefined && value !== undefined) properties[key.toLowerCase()] = unescape(value, form, true)
    }
  }
  return { name, properties, data: unescape(data, form, false), form }
}

function unescape(text: string, form: WorkflowCommand['form'], property: boolean): string {
  let plain = text
  if (form === '##[') plain = plain.replaceAll('%3B', ';').replaceAll('%5D', ']')
  plain = plain.replaceAll('%0D', '\r').replaceAll('%0A', '\n')
  if (form === '::' && property) plain = plain.replaceAll('%3A', ':').replaceAll('%2C', ',')
  return plain.replaceAll('%25', '%')
}
