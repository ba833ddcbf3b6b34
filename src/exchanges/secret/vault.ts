import { ActionError, quoted } from '../../errors.ts'
import type { Exchange, Tools } from '../../exchange.ts'
import { member, type Answer } from '../../http/answer.ts'
import type { Judgement } from '../../http/call.ts'
import type { Inputs } from '../../inputs/inputs.ts'
import type * as vaultLibrary from '../../vault/index.ts'
import type { VaultServer } from '../../vault/server.ts'
import type { Secret } from './grant.ts'
import type * as secretLibrary from './index.ts'
import type { Wanted } from './references.ts'

const EXAMPLE = 'team/database'

interface Settings {
  readonly vault: typeof vaultLibrary
  readonly library: typeof secretLibrary
  readonly server: VaultServer
  readonly engine: string
  /** Each secret by its path in the engine. */
  readonly wanted: Wanted<string>
}

/** Values of secrets of a KV version 2 engine of Vault or OpenBao, read with a token that is revoked at once. */
export const secretVault: Exchange<Settings> = {
  settings: async (inputs) => {
    const [vault, library] = await Promise.all([
      import(/* webpackChunkName: "vault-login" */ '../../vault/index.ts'),
      import(/* webpackChunkName: "secrets" */ './index.ts'),
    ])
    const engine = vault.readPath(inputs, 'engine', inputs.text('engine') || 'secret', 'secret')
    return {
      vault,
      library,
      server: vault.readServer(inputs),
      engine,
      wanted: await library.readReferences(inputs, {
        input: 'path',
        example: EXAMPLE,
        key: 'DB_PASSWORD',
        read: (label, text) =>
          secretPath(inputs, label, vault.readPath(inputs, label, text, EXAMPLE), engine),
        mended: (text) => fromVaultAction(text, engine),
      }),
    }
  },

  exchange: async (settings, tools) => {
    const { vault, library, server, wanted } = settings
    const api = new URL(server.api)
    tools.connectEarly(api)
    library
      .worthConnecting(wanted, (path) => path)
      .forEach(() => {
        tools.connectEarly(api)
      })
    const login = await vault.login(server, tools)
    if (!login.isBatch) tools.takeBack(vault.vaultToken(login))
    const grant = await library.readWanted(wanted, {
      id: (path) => path,
      read: (path) => read(settings, path, login.token, tools),
    })
    return login.isBatch ? { ...grant, summary: `${grant.summary} ${vault.aboutBatch(login)}` } : grant
  },

  explain: ({ vault, server }, error, claims) => vault.explainLogin(server, error, claims),
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
function read(settings: Settings, path: string, token: string, tools: Tools): Promise<Secret> {
  const { vault, library, server, engine } = settings
  const url = vault.urlOf(server, engine, 'data', path)
  return tools.send({
    service: vault.SERVICE,
    method: 'GET',
    url,
    prepare: () => ({ headers: vault.headersOf(server, token) }),
    judge: (answer) => judge(answer, settings, path),
    read: (answer) => {
      const body = vault.unwrapped(answer, url)
      const text = library.memberText(answer.text, 'data', 'data')
      if (
        member(body, 'data', 'metadata') !== undefined &&
        vault.isPresent(member(body, 'data', 'data')) &&
        text !== undefined
      ) {
        return { name: quoted(`${engine}/${path}`), text }
      }
      throw new ActionError('UNUSABLE_ANSWER', `${vault.SERVICE} (${url.host}) answered without a secret.`, {
        hint: `Check \`engine\`: "${engine}" must be a KV version 2 engine.`,
      })
    },
  })
}

function judge(answer: Answer, { vault, server, engine }: Settings, path: string): Judgement {
  const judgement = vault.judge(answer)
  const policy = `path ${JSON.stringify(`${engine}/data/${path}`)} { capabilities = ["read"] }`
  if (answer.status === 403) {
    return {
      ...judgement,
      hint: `A policy of the role "${server.role}" must contain: ${policy}. Vault says the same if there is no engine at "${engine}".`,
    }
  }
  if (answer.status !== 404) return judgement
  const metadata = member(answer.json, 'data', 'metadata')
  if (vault.isPresent(metadata)) {
    const version = member(metadata, 'version')
    const isDestroyed = member(metadata, 'destroyed') === true
    return {
      reason: `version ${typeof version === 'number' ? version : '?'} of "${engine}/${path}" is ${isDestroyed ? 'destroyed' : 'deleted'}`,
      hint: isDestroyed
        ? 'Its data is gone: write a new version.'
        : 'Undelete it (vault kv undelete), or write a new version.',
    }
  }
  const [warning] = vault.textsOf(member(answer.json, 'warnings'))
  if (warning !== undefined) {
    return {
      reason: warning,
      hint: `Check \`engine\` and the path: \`engine\` must be exactly where the KV engine is mounted, and was "${engine}"; the path is what follows, without data/, and was "${path}".`,
    }
  }
  return {
    ...judgement,
    hint:
      judgement.reason === undefined
        ? `"${engine}" has never had a secret at "${path}": check the path, and that "${engine}" is a KV version 2 engine.`
        : `Check \`engine\` and \`namespace\`: Vault has no engine at "${engine}".`,
  }
}
