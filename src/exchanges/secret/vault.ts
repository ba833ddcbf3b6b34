import { ActionError } from '../../errors.ts'
import type { Exchange, Tools } from '../../exchange.ts'
import { member, type Answer } from '../../http/answer.ts'
import type { Refusal } from '../../http/call.ts'
import type { Inputs } from '../../inputs/inputs.ts'
import { quoted } from '../../text.ts'
import { isPresent, textsOf, unwrapped, vaultRefusal } from '../../vault/answer.ts'
import { login, type VaultLogin } from '../../vault/login.ts'
import { aboutBatch, revocable } from '../../vault/revoker.ts'
import { headersOf, readPath, readServer, SERVICE, urlOf, type VaultServer } from '../../vault/server.ts'
import { memberText } from './json.ts'
import { readSecrets } from './reading.ts'
import { readReferences, type Wanted } from './references.ts'
import type { Secret } from './value.ts'

const EXAMPLE = 'team/database'

interface Settings {
  readonly server: VaultServer
  readonly engine: string
  /** Each secret by its path in the engine. */
  readonly wanted: Wanted<string>
}

/** Values of secrets of a KV version 2 engine of Vault or OpenBao, read with a token that is revoked at once. */
export const secretVault: Exchange<Settings> = {
  settings: async (inputs) => {
    const engine = readPath(inputs, 'engine', inputs.text('engine') || 'secret', 'secret')
    return {
      server: readServer(inputs),
      engine,
      wanted: await readReferences(inputs, {
        input: 'path',
        example: EXAMPLE,
        key: 'DB_PASSWORD',
        read: (label, text) => secretPath(inputs, label, readPath(inputs, label, text, EXAMPLE), engine),
        mended: (text) => fromVaultAction(text, engine),
      }),
    }
  },

  exchange: async (settings, tools) => {
    const token = borrowToken(settings.server, tools)
    const grant = await readSecrets(settings.wanted, token, {
      id: (path) => path,
      read: (path) => read(settings, path, token, tools),
    })
    const given = await token
    return given.isBatch ? { ...grant, summary: `${grant.summary} ${aboutBatch(given)}` } : grant
  },
}

/** A token for this step alone. */
async function borrowToken(server: VaultServer, tools: Tools): Promise<VaultLogin> {
  const given = await login(server, tools)
  if (!given.isBatch) tools.revokeAtEnd(revocable(given))
  return given
}

/** What stands in policies and in the commands of people stands before a path; it would be there twice. */
function secretPath(inputs: Inputs, label: string, path: string, engine: string): string {
  let rest = path
  for (const before of [`${engine}/`, 'data/']) {
    if (rest.startsWith(before)) rest = rest.slice(before.length)
  }
  if (rest === path) return path
  inputs.problem(label, 'must not contain the engine or data/, which the step adds', rest)
  return ''
}

/**
 * The first entry of `secrets` as hashicorp/vault-action takes it, `ENGINE/data/PATH KEY | NAME ;`, in the form that works
 * here; `undefined` where it is none.
 */
function fromVaultAction(text: string, engine: string): string | undefined {
  const [first = ''] = text.split(';')
  const entry = /^(\S+)\/data\/(\S+)\s+([\w.-]+|\*)(?:\s*\|\s*([a-z][\w-]*))?$/i.exec(first.trim())
  const [, mount = '', path = '', key = '', name = key] = entry ?? []
  if (entry === null) return undefined
  const line = key === '*' ? `all: ${path}` : `${name}: ${path}#${key}`
  return mount === engine ? line : `${line}, and as engine: ${mount}`
}

/** `GET /v1/{engine}/data/{path}`: the data of the newest version (Vault API, "KV secrets engine - version 2"). */
function read(settings: Settings, path: string, token: Promise<VaultLogin>, tools: Tools): Promise<Secret> {
  const { server, engine } = settings
  const url = urlOf(server, engine, 'data', path)
  return tools.send({
    service: SERVICE,
    method: 'GET',
    url,
    prepare: async () => ({ headers: headersOf(server, (await token).token) }),
    refusal: (answer) => refusal(answer, settings, path),
    read: (answer) => {
      const body = unwrapped(answer, url)
      const text = memberText(answer.text, 'data', 'data')
      if (
        member(body, 'data', 'metadata') !== undefined &&
        isPresent(member(body, 'data', 'data')) &&
        text !== undefined
      ) {
        return { name: quoted(`${engine}/${path}`), text }
      }
      throw new ActionError('UNUSABLE_ANSWER', `${SERVICE} (${url.host}) answered without a secret.`, {
        hint: `Check \`engine\`: "${engine}" must be a KV version 2 engine.`,
      })
    },
  })
}

/** What Vault means by an answer that is not 2xx to a read. */
function refusal(answer: Answer, { server, engine }: Settings, path: string): Refusal {
  const { status, json } = answer
  if (status === 403) {
    const policy = `path ${JSON.stringify(`${engine}/data/${path}`)} { capabilities = ["read"] }`
    return vaultRefusal(answer, () => ({
      hint: `A policy of the role "${server.role}" must contain: ${policy}. Vault says the same if there is no engine at "${engine}".`,
    }))
  }
  if (status !== 404) return vaultRefusal(answer, () => ({}))
  const metadata = member(json, 'data', 'metadata')
  if (isPresent(metadata)) {
    const version = member(metadata, 'version')
    const isDestroyed = member(metadata, 'destroyed') === true
    return {
      reason: `version ${typeof version === 'number' ? version : '?'} of "${engine}/${path}" is ${isDestroyed ? 'destroyed' : 'deleted'}`,
      explain: () => ({
        hint: isDestroyed
          ? 'Its data is gone: write a new version.'
          : 'Undelete it (vault kv undelete), or write a new version.',
      }),
    }
  }
  const [warning] = textsOf(member(json, 'warnings'))
  if (warning !== undefined) {
    return {
      reason: warning,
      explain: () => ({
        hint: `Check \`engine\` and the path: \`engine\` must be exactly where the KV engine is mounted, and was "${engine}"; the path is what follows, without data/, and was "${path}".`,
      }),
    }
  }
  return vaultRefusal(answer, (reason) => ({
    hint:
      reason === ''
        ? `"${engine}" has never had a secret at "${path}": check the path, and that "${engine}" is a KV version 2 engine.`
        : `Check \`engine\` and \`namespace\`: Vault has no engine at "${engine}".`,
  }))
}
