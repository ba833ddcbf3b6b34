import { not, type Inputs } from '../../inputs/inputs.ts'
import { itemsOf } from '../../inputs/items.ts'
import { parseYaml, type YamlValue } from '../../inputs/yaml.ts'

/** What is requested from an app server; empty for the workflow's own repository. */
export interface Repositories {
  /** Present if the repositories' owner was given; names are then without it. */
  readonly owner?: string
  /** Names without owner, each once; or all of the installation. */
  readonly repositories?: readonly string[] | 'ALL'
}

/** The most repositories that an app server takes in one request. */
const MAX_REPOSITORIES = 32

/**
 * Reads `owner`, `repository` and `repositories`. Names are `name` or `owner/name`; a bare name belongs to `owner`,
 * which is the workflow's owner unless given. The server compares owners case-sensitively, so one spelling is sent.
 *
 * @param workflowRepository as of `GITHUB_REPOSITORY`: `owner/name`
 */
export async function readRepositories(inputs: Inputs, workflowRepository: string): Promise<Repositories> {
  const [workflowOwner = '', workflowName = ''] = workflowRepository.split('/')
  // GitHub's own rule. An app server may take fewer (today's wants two characters and no underscore) and says so.
  const givenOwner = inputs.text('owner')
  const owner = inputs.matching(
    'owner',
    givenOwner,
    /^[a-z\d][\w-]{0,99}$/i,
    'must be a user or an organization',
    'octocat',
  )
  const single = inputs.text('repository')
  const list = await readList(inputs, 'repositories')
  if (isAll(single)) {
    inputs.problem('repository', 'must be one name; for all of them, use repositories: ALL', 'octocat/all')
  }
  if (list.some(isAll)) {
    if (single !== '' || !list.every(isAll)) inputs.problem('repositories', 'must be ALL or names, not both', 'ALL')
    return { ...(owner !== '' && { owner: same(owner, workflowOwner) ? workflowOwner : owner }), repositories: 'ALL' }
  }
  if (single === '' && list.length === 0) {
    if (owner === '' || inputs.text('repositories') !== '') return {}
    if (same(owner, workflowOwner)) return { owner: workflowOwner, repositories: [workflowName] }
    inputs.problem(
      'repositories',
      `is required, because the owner "${owner}" is not the workflow's: name repositories, or use ALL`,
      'my-repository, another (or: ALL)',
    )
    return {}
  }

  const named = [
    ...(single === '' ? [] : repositoryOf(inputs, 'repository', single)),
    ...list.flatMap((item) => repositoryOf(inputs, 'repositories', item)),
  ]
  const names = distinct(named.map(({ name }) => name))
  const defaultOwner = givenOwner === '' ? workflowOwner : owner
  const owners = distinct([owner, ...named.map((each) => each.owner ?? defaultOwner)])
  const input = list.length === 0 ? 'repository' : 'repositories'
  if (owners.length > 1) {
    const [one = '', other = ''] = owners
    inputs.problem(input, `must belong to one owner, not to "${one}" and "${other}"`, 'octocat/a, octocat/b')
  }
  if (names.length > MAX_REPOSITORIES) {
    const rule = `must be at most ${MAX_REPOSITORIES}, not ${names.length}: use several steps`
    inputs.problem(input, rule, names.slice(0, 2).join(', '))
  }
  const given = owner !== '' ? owner : named.find((repository) => repository.owner !== undefined)?.owner
  // In the spelling of the ID token: to the server the workflow's owner in another case is somebody else.
  const spelled = given !== undefined && same(given, workflowOwner) ? workflowOwner : given
  return { ...(spelled !== undefined && { owner: spelled }), repositories: names }
}

/** Each name once, in its first spelling, since GitHub's names are the same in any case; empty ones are none. */
function distinct(names: readonly string[]): string[] {
  const found = new Map<string, string>()
  for (const name of names) {
    if (name !== '' && !found.has(name.toLowerCase())) found.set(name.toLowerCase(), name)
  }
  return [...found.values()]
}

function isAll(item: string): boolean {
  return item.toUpperCase() === 'ALL'
}

/** `*`, or `owner/*`: how other tools say it. */
function isWildcard(item: string): boolean {
  return /^(?:[\w.-]{1,100}\/)?\*{1,2}$/.test(item)
}

function noWildcard(inputs: Inputs, input: string, item: string): [] {
  const owner = item.includes('/') ? ` and the owner as owner: ${item.split('/')[0] ?? ''}` : ''
  inputs.problem(input, `must say ALL for all repositories${owner}${not(item)}`, 'repositories: ALL')
  return []
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase()
}

interface Named {
  readonly owner: string | undefined
  readonly name: string
}

/** What is around a name in a URL, or where it was copied with `.git` or a slash at its end. */
const AROUND = /^(?:https?:\/\/[\w.-]{1,100}\/|git@[\w.-]{1,100}:)|(?:\.git)?\/?$/gi
const REPOSITORY = /^(?:([a-z\d][\w-]{0,99})\/)?((?!\.{1,2}$)[a-z\d._-]{1,100})(?<!\.git)$/i

/** One repository, or none after a problem. */
function repositoryOf(inputs: Inputs, input: string, item: string): Named[] {
  const [, owner, name] = REPOSITORY.exec(item) ?? []
  if (name !== undefined) return [{ owner, name }]
  if (isWildcard(item)) return noWildcard(inputs, input, item)
  const meant = item.replace(AROUND, '')
  const example = meant !== item && REPOSITORY.test(meant) ? meant : 'octocat/my-repository'
  inputs.problem(input, `must be name or owner/name${not(item)}`, example)
  return []
}

/** Reads a list: separated by commas or line breaks, YAML, or JSON. */
async function readList(inputs: Inputs, name: string): Promise<readonly string[]> {
  const text = inputs.text(name)
  if (text === '') return []
  const items = lineItems(text)
  if (items !== undefined) return items
  // To YAML this is an alias.
  const wildcard = itemsOf(text).find(isWildcard)
  if (wildcard !== undefined) return noWildcard(inputs, name, wildcard)
  const result = await parseYaml(text)
  if ('fault' in result) {
    inputs.problem(name, result.fault, 'my-repository, another')
    return []
  }
  const list = typeof result.value === 'string' ? itemsOf(result.value) : result.value
  if (!isTextList(list)) inputs.problem(name, 'must be a list of names', 'my-repository, another')
  else if (list.length === 0) inputs.problem(name, 'must not be an empty list', 'my-repository, another')
  else return list.map((item) => item.trim())
  return []
}

/**
 * Reads names, separated by commas or line breaks: the plain forms, which need no YAML.
 *
 * @returns `undefined` for any other text
 */
export function lineItems(text: string): string[] | undefined {
  const items = itemsOf(text)
  return items.length > 0 && items.every((item) => /^\.?\w[\w./-]*$/.test(item)) ? items : undefined
}

function isTextList(value: YamlValue): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}
