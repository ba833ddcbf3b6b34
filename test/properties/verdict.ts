import type { StageResult } from '../../dev/runner/runner.ts'
import type { World } from '../../dev/world.ts'
import { textsOf, type Json, type Story } from './arbitraries.ts'

/** What a server sent of its own making, where a credential could have been. */
export class Forgeries {
  readonly #texts = new Set<string>()

  /** Takes note of a value and all that is in it. */
  add(value: Json): void {
    this.#texts.add(typeof value === 'string' ? value : JSON.stringify(value))
    for (const text of textsOf(value)) this.#texts.add(text)
    if (typeof value === 'object' && value !== null)
      for (const member of Object.values(value)) this.add(member)
  }

  /** Whether a credential may have been made of one: it as it is, decoded, or as a part. */
  explain(credential: string): boolean {
    return [...this.#texts].some(
      (text) =>
        text !== '' &&
        (credential === text ||
          credential === Buffer.from(text, 'base64').toString() ||
          credential.includes(encodeURIComponent(text.toWellFormed()))),
    )
  }
}

/** What post is told beside the token. */
const STATE = new Set(['api-url', 'expires-at', 'kind', 'may-revoke-itself', 'namespace', 'version'])

/**
 * What must hold of a main stage, whatever happened to it: it gave a credential that the system issued, or failed with
 * one error annotation; and nothing leaked.
 *
 * @param forgeries what else than the system's own credentials it may have given
 * @returns what does not hold, each as a sentence
 */
export async function problemsOf(
  world: World,
  told: Story,
  main: StageResult,
  forgeries: Forgeries,
): Promise<string[]> {
  const errors = main.annotations.filter(({ level }) => level === 'error')
  const names = Object.keys(main.outputs)
  const credential = main.outputs[world.setup.credential] ?? ''
  const problems = problemsShown(world, main)
  if (main.outcome === 'success') {
    if (main.exitCode !== 0) problems.push(`succeeds with exit code ${String(main.exitCode)}`)
    if (errors.length > 0) problems.push('succeeds with an error')
    if (credential === '') problems.push('succeeds without a credential')
    const issued = await world.setup.accepts(credential)
    if (!issued && !forgeries.explain(credential) && !isMadeHere(world, told))
      problems.push('gives a credential that nobody sent')
    const masked = new Set(main.masks.flatMap((mask) => mask.split('\n').map((line) => line.trim())))
    const bare = credential
      .split(/[\r\n]+/)
      .filter((line) => /[\p{L}\p{N}]/u.test(line) && !masked.has(line.trim()))
    if (bare.length > 0) problems.push('leaves the credential unmasked')
  } else {
    if (main.exitCode !== 1) problems.push(`fails with exit code ${String(main.exitCode)}`)
    if (errors.length !== 1) problems.push(`fails with ${errors.length} errors`)
    if (names.length > 0) problems.push(`fails, but sets ${names.join(', ')}`)
    const [{ message } = { message: '' }] = errors
    if (!/\n[A-Z_]+: \S+$/.test(message) && message.length < 4_096) problems.push('fails without a code')
    if (message.includes('INTERNAL')) problems.push(`fails by a fault of its own: ${message}`)
  }
  const { token, ...state } = main.state
  if (token !== undefined && !('github' in world.handlers) && world.setup.credential !== 'token')
    problems.push('keeps a token for a post that it has not')
  const kept = Object.keys(state).filter((name) => !STATE.has(name))
  if (kept.length > 0) problems.push(`keeps ${kept.join(', ')} for post`)
  if (token !== undefined && main.outcome === 'success' && token !== credential)
    problems.push('keeps another token for post than it gave')
  return problems
}

/** A database login is made without asking anybody: for what the inputs say, and by the runner's clock. */
function isMadeHere(world: World, told: Story): boolean {
  const isAsIntended = told.skewMs === 0 && Object.keys(told.inputs).every((name) => !(name in world.inputs))
  return world.setup.exchangeRole === 'sts' && !isAsIntended
}

/**
 * What must hold of a post stage: it never fails, and no token outlives the job without a word.
 *
 * @param wellAgain whether nothing goes wrong any more
 * @returns what does not hold, each as a sentence
 */
export async function problemsOfPost(
  world: World,
  told: Story,
  main: StageResult,
  stage: StageResult,
  wellAgain: boolean,
): Promise<string[]> {
  const problems = problemsShown(world, stage)
  const token = main.state['token'] ?? ''
  const alive = token !== '' && (await world.setup.accepts(token))
  const said = stage.annotations.length
  if (stage.outcome !== 'success') problems.push('post fails')
  if (said > 1 || stage.annotations.some(({ level }) => level !== 'warning'))
    problems.push('post says too much')
  const revokes = 'vault' in world.handlers ? 'vault' : 'github'
  const lied = (told.faults[revokes] ?? []).some(
    (planned) => 'status' in planned && [204, 401, 404].includes(planned.status),
  )
  if (alive && said === 0 && !lied) problems.push('post leaves the token alive and says nothing')
  const isKept = ['github-api-url', 'skip-token-revoke'].some((name) => name in told.inputs)
  const gaveUp = [...main.annotations, ...stage.annotations].some(({ level }) => level === 'warning')
  if (wellAgain && !isKept && !lied && !gaveUp) {
    for (const { name, value, inState } of world.secrets) {
      const wasHad = inState && main.masks.includes(value)
      if (wasHad && (await world.setup.accepts(value))) problems.push(`${name} outlives the job`)
    }
  }
  return problems
}

/** What must hold of all that any stage shows. */
function problemsShown(world: World, stage: StageResult): string[] {
  const problems = [...world.leaks(stage), ...stage.foreignCommands.map((line) => `foreign command: ${line}`)]
  // A line that begins with a command is that command, whatever follows; a mask may be any text.
  const lines = stage.raw.split('\n')
  const plain = lines.filter((line) => !/^::(?:add-mask|debug|error|warning|group|endgroup)::/.test(line))
  if (plain.some((line) => line.includes('##[') || line.trimStart().startsWith('::'))) {
    problems.push('prints a line that could be a command')
  }
  const shown = lines.filter((line) => !line.startsWith('::add-mask::')).join('\n')
  if (/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(shown)) problems.push('prints control characters')
  if (/Unhandled|Deprecation|MaxListeners/.test(stage.raw)) problems.push('Node warns')
  if (stage.path.length > 0 || Object.keys(stage.env).length > 0)
    problems.push('changes the environment of later steps')
  return problems
}

/** `granted`, or the code of the error. */
export function outcomeOf(main: StageResult): string {
  if (main.outcome === 'success') return 'granted'
  const message = main.annotations.find(({ level }) => level === 'error')?.message ?? ''
  return /\n([A-Z_]+): \S+$/.exec(message)?.[1] ?? 'no code'
}
