import { EOL } from 'node:os'
import type { Annotation } from '../../dev/runner/step-log.ts'
import type { StageResult } from '../../dev/runner/runner.ts'
import type { World } from '../../dev/world.ts'
import { statusOf } from './plans.ts'
import type { Story } from './story.ts'
import { textsOf, type Json } from './values.ts'

/** Sentences that must not be true; what is found (`true`, or text that tells more) makes one true. */
type Never<Facts> = Readonly<Record<string, (facts: Facts) => boolean | string>>

/** Of all that a stage shows. */
const NEVER_SHOWN: Never<StageResult & { readonly leaks: readonly string[] }> = {
  'shows a secret': ({ leaks }) => leaks.join(', '),
  'commands the runner in the words of another': ({ foreignCommands }) => foreignCommands.join('\n'),
  // A line that begins with a command is that command, whatever follows; a mask may be any text.
  'prints a line that could be a command': ({ raw }) =>
    raw
      .split('\n')
      .filter((line) => !/^::(?:add-mask|debug|error|notice|warning|group|endgroup)::/.test(line))
      .some((line) => line.includes('##[') || line.trimStart().startsWith('::')),
  'prints control characters': ({ raw }) =>
    /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(raw.replaceAll(EOL, '\n').replace(/^::add-mask::[^\n]*/gm, '')),
  'makes Node warn': ({ raw }) => /Unhandled|Deprecation|MaxListeners/.test(raw),
}

interface MainFacts extends StageResult {
  readonly isGranted: boolean
  readonly errors: readonly Annotation[]
  /** The text of the first error. */
  readonly error: string
  readonly credential: string
  /** Whether a credential can have been come by honestly. */
  readonly isExplained: boolean
  readonly hasPost: boolean
}

/** What is saved for post. */
const STATE = ['revocable', 'version']

/** Of a main stage: it gives a credential that the system issued, or fails with one error. */
const NEVER_OF_MAIN: Never<MainFacts> = {
  'succeeds with another exit code than 0': ({ isGranted, exitCode }) => isGranted && exitCode !== 0,
  'succeeds with an error': ({ isGranted, error }) => isGranted && error,
  'succeeds without a credential': ({ isGranted, credential }) => isGranted && credential === '',
  'gives a credential that nobody sent': ({ isGranted, isExplained }) => isGranted && !isExplained,
  'leaves the credential unmasked': ({ isGranted, credential, masks }) =>
    isGranted && bareLines(credential, masks).length > 0,
  'keeps another token for post than it gave': ({ isGranted, credential, state }) =>
    isGranted && (savedToken(state) ?? credential) !== credential,
  'fails with another exit code than 1': ({ isGranted, exitCode }) => !isGranted && exitCode !== 1,
  'fails without an error, or with several': ({ isGranted, errors }) => !isGranted && errors.length !== 1,
  'fails, but sets outputs': ({ isGranted, outputs }) => !isGranted && Object.keys(outputs).join(', '),
  'fails without a code': ({ isGranted, error }) =>
    !isGranted && !/\n[A-Z_]+: \S+$/.test(error) && error.length < 4_096,
  'fails by a fault of its own': ({ isGranted, error }) => !isGranted && error.includes('INTERNAL') && error,
  'keeps a token for a post that it has not': ({ hasPost, state }) => !hasPost && (state['revocable'] ?? '') !== '',
  'keeps for post what post does not need': ({ state }) =>
    Object.keys(state)
      .filter((name) => !STATE.includes(name))
      .join(', '),
}

interface PostFacts extends StageResult {
  /** Whether the token that was kept for it still works. */
  readonly isAlive: boolean
  /** Whether the issuer may have lied about the revocation. */
  readonly isLiedTo: boolean
}

/** Of a post stage: it never fails, and no token outlives the job without a word. */
const NEVER_OF_POST: Never<PostFacts> = {
  'post fails': ({ outcome }) => outcome !== 'success',
  'post says too much': ({ annotations }) =>
    annotations.length > 1 || annotations.some(({ level }) => level !== 'warning'),
  'post leaves the token alive and says nothing': ({ isAlive, isLiedTo, annotations }) =>
    isAlive && !isLiedTo && annotations.length === 0,
}

function broken<Facts>(never: Never<Facts>, facts: Facts): string[] {
  return Object.entries(never).flatMap(([sentence, isFound]) => {
    const found = isFound(facts)
    if (found === false || found === '') return []
    return [found === true ? sentence : `${sentence}: ${found}`]
  })
}

/** What shows of a stage that must not, each as a sentence. */
export function problemsShown(world: World, stage: StageResult): string[] {
  return broken(NEVER_SHOWN, { ...stage, leaks: world.leaks(stage) })
}

/**
 * Credentials that a main stage held, by name: alive, not handed over, and no warning tells of them. The step has masked
 * what it held.
 */
export function leftAlive({ setup, secrets }: World, main: StageResult): string[] {
  if (main.annotations.some(({ message }) => message.includes(' could not be revoked in this step'))) return []
  const given = main.outcome === 'success' ? Object.values(main.outputs) : []
  const left = (setup.alive?.() ?? []).filter(
    (token) => main.masks.includes(token) && token !== savedToken(main.state) && !given.includes(token),
  )
  return secrets.flatMap(({ name, value }) => (left.includes(value) ? [name] : []))
}

/** The token that is saved for post. */
function savedToken({ revocable = '' }: Readonly<Record<string, string>>): string | undefined {
  return revocable === '' ? undefined : (JSON.parse(revocable) as { readonly token: string }).token
}

/**
 * What does not hold of a main stage, whatever happened to it.
 *
 * @param forgeries what else than the system's own credentials it may have given
 * @returns each as a sentence
 */
export async function problemsOf(
  world: World,
  told: Story,
  main: StageResult,
  forgeries: Forgeries,
  hasPost: boolean,
): Promise<string[]> {
  const errors = main.annotations.filter(({ level }) => level === 'error')
  const credential = main.outputs[world.setup.credential] ?? ''
  const left = isLiedTo(world, told) ? [] : leftAlive(world, main)
  return [
    ...problemsShown(world, main),
    ...left.map((name) => `leaves ${name} alive and says nothing`),
    ...broken(NEVER_OF_MAIN, {
      ...main,
      isGranted: main.outcome === 'success',
      errors,
      error: errors[0]?.message ?? '',
      credential,
      isExplained: (await world.setup.accepts(credential)) || forgeries.explain(credential) || isMadeHere(world, told),
      hasPost,
    }),
  ]
}

/**
 * What does not hold of a post stage.
 *
 * @param wellAgain whether nothing goes wrong any more
 * @returns each as a sentence
 */
export function problemsOfPost(
  world: World,
  told: Story,
  main: StageResult,
  post: StageResult,
  wellAgain: boolean,
): string[] {
  const alive = world.setup.alive?.() ?? []
  const problems = [
    ...problemsShown(world, post),
    ...broken(NEVER_OF_POST, {
      ...post,
      isAlive: alive.includes(savedToken(main.state) ?? ''),
      isLiedTo: isLiedTo(world, told),
    }),
  ]
  const isKept = ['github-api-url', 'revocation-url', 'skip-token-revoke'].some((name) => name in told.inputs)
  const gaveUp = [...main.annotations, ...post.annotations].some(({ level }) => level === 'warning')
  if (!wellAgain || isKept || isLiedTo(world, told) || gaveUp) return problems
  const left = world.secrets.filter(({ value }) => main.masks.includes(value) && alive.includes(value))
  return [...problems, ...left.map(({ name }) => `${name} outlives the job`)]
}

/** Whether the issuer may have lied about a revocation. */
function isLiedTo({ setup }: World, told: Story): boolean {
  return Object.entries(setup.saysEnded ?? {}).some(([issuer, statuses]) =>
    (told.faults[issuer] ?? []).some((plan) => statuses.includes(statusOf(plan) ?? 0)),
  )
}

/** A database login is made without asking anybody: for what the inputs say, and by the runner's clock. */
function isMadeHere(world: World, told: Story): boolean {
  const isAsIntended = told.skewMs === 0 && Object.keys(told.inputs).every((name) => !(name in world.inputs))
  return world.setup.exchangeRole === 'sts' && !isAsIntended
}

/** Lines of a credential that are not masked, though there is something in them. */
function bareLines(credential: string, masks: readonly string[]): string[] {
  const masked = new Set(masks.flatMap((mask) => mask.split('\n').map((line) => line.trim())))
  return credential.split(/[\r\n]+/).filter((line) => /[\p{L}\p{N}]/u.test(line) && !masked.has(line.trim()))
}

/** What a server sent of its own making, where a credential could have been. */
export class Forgeries {
  readonly #texts = new Set<string>()

  /** Takes note of a value and all that is in it. */
  readonly add = (value: Json): void => {
    this.#texts.add(typeof value === 'string' ? value : JSON.stringify(value))
    for (const text of textsOf(value)) this.#texts.add(text)
    if (typeof value === 'object' && value !== null) Object.values(value).forEach(this.add)
  }

  /** Whether a credential may have been made of one: it as it is, decoded, or as a part. */
  explain(credential: string): boolean {
    return [...this.#texts].some(
      (text) =>
        text !== '' &&
        (credential === text ||
          credential === Buffer.from(text, 'base64').toString() ||
          credential.includes(JSON.stringify(text).slice(1, -1)) ||
          credential.includes(encodeURIComponent(text.toWellFormed()))),
    )
  }
}

/** `granted`, or the code of the error. */
export function outcomeOf(main: StageResult): string {
  if (main.outcome === 'success') return 'granted'
  const message = main.annotations.find(({ level }) => level === 'error')?.message ?? ''
  return /\n([A-Z_]+): \S+$/.exec(message)?.[1] ?? 'no code'
}
