import { ActionError } from '../../errors.ts'
import type { Exchange, Tools } from '../../exchange.ts'
import type { Explanation } from '../../explanation.ts'
import { member, type Answer } from '../../http/answer.ts'
import type { Refusal } from '../../http/call.ts'
import type { Inputs } from '../../inputs/inputs.ts'
import { quoted } from '../../text.ts'
import { isPresent, textsOf, unwrapped, vaultRefusal } from '../../vault/answer.ts'
import { aboutBatch, login, type VaultLogin } from '../../vault/login.ts'
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
    return { ...grant, summary: `${grant.summary}${aboutBatch(await token)}` }
  },
}

/** A token for this step alone. */
async function borrowToken(server: VaultServer, tools: Tools): Promise<VaultLogin> {
  const given = await login(server, tools)
  if (given.revocable) tools.revokeAtEnd(given.revocable)
  return given
}

/** Removes from a path what policies and the commands of Vault put before it: it would be there twice. */
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
 * here; `undefined` if it is not one.
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
    gateway: server.headers,
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
function refusal(answer: Answer, settings: Settings, path: string): Refusal {
  const { status, json } = answer
  const { engine } = settings
  const name = quoted(`${engine}/${path}`)
  const explained = (reason: string, hint: string): Refusal => ({ reason, explain: () => ({ hint }) })
  const gone = (reason: string, hint: string): Refusal => ({
    ...explained(reason, hint),
    ...(status === 404 && { missing: name }),
  })
  const metadata = member(json, 'data', 'metadata')
  if (isPresent(metadata)) {
    const version = member(metadata, 'version')
    const which = `version ${typeof version === 'number' ? version : '?'} of ${name}`
    return member(metadata, 'destroyed') === true
      ? gone(`${which} is destroyed`, 'Its data is gone: write a new version.')
      : gone(`${which} is deleted`, 'Undelete it (vault kv undelete), or write a new version.')
  }
  const [warning] = textsOf(member(json, 'warnings'))
  if (status === 404 && warning !== undefined) {
    return explained(
      warning,
      `Check \`engine\` and the path: \`engine\` must be exactly where the KV engine is mounted, and was "${engine}"; the path is what follows, without data/, and was "${path}".`,
    )
  }
  const errors = member(json, 'errors')
  if (status === 404 && Array.isArray(errors) && errors.length === 0) {
    return gone(
      `there is no secret ${name}`,
      `"${engine}" has never had a secret at "${path}": check the path, and that "${engine}" is a KV version 2 engine.`,
    )
  }
  return vaultRefusal(answer, (reason) => explain(reason, settings, path))
}

/** What a person can do about a read, by what Vault says (Vault, "Tokens", "Error responses"; `router.go`). */
function explain(reason: string, { server, engine }: Settings, path: string): Explanation {
  if (/\b(?:invalid|bad) token\b/.test(reason)) {
    return {
      hint: `The Vault token of this step has ended or was used up: the role "${server.role}" must give tokens a token_ttl that lasts for the step, and no token_num_uses, since each secret is a use.`,
    }
  }
  if (reason.startsWith('permission denied')) {
    const policy = `path ${JSON.stringify(`${engine}/data/${path}`)} { capabilities = ["read"] }`
    return {
      hint: `A policy of the role "${server.role}" must contain: ${policy}. Vault says the same if there is no engine at "${engine}".`,
    }
  }
  return reason.startsWith('no handler for route')
    ? {
        hint: `Check \`engine\` and \`namespace\`: Vault has no engine at "${engine}". For an engine in a namespace below that of the auth method, set \`engine\` to both: NAMESPACE/${engine}.`,
      }
    : {}
}
