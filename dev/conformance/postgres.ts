import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { output } from './program.ts'
import { freePort } from './fixture.ts'

/** Where Debian and Ubuntu put a server, a folder for each version. */
const VERSIONS = '/usr/lib/postgresql'

/** A server on loopback that trusts everybody there. */
export interface Postgres extends AsyncDisposable {
  readonly port: number
  readonly user: string
  /** Of a database in it. */
  readonly url: (database: string) => string
  /** Runs SQL in a database; the rows, one a line. */
  readonly query: (database: string, sql: string) => Promise<string>
}

/** The programs of the newest version on this machine; `undefined` where there is none. */
export function postgresFolder(): string | undefined {
  if (!existsSync(VERSIONS)) return undefined
  return readdirSync(VERSIONS)
    .toSorted((one, other) => Number(other) - Number(one))
    .map((version) => join(VERSIONS, version, 'bin'))
    .find((folder) => existsSync(join(folder, 'initdb')))
}

/** The server refuses to be run by root, who becomes its own user. Debian and Ubuntu have the program there. */
const BECOME = process.getuid?.() === 0 ? ['/usr/sbin/runuser', '-u', 'postgres', '--'] : []

/** Starts a server with empty databases. */
export async function startPostgres(databases: readonly string[]): Promise<Postgres> {
  const programs = postgresFolder()
  if (programs === undefined) throw new Error(`There is no PostgreSQL in ${VERSIONS}.`)
  const as = (program: string, args: readonly string[]): Promise<string> => {
    const [command, ...rest] = [...BECOME, program, ...args]
    return output(command!, rest, { cwd: '/' })
  }
  const folder = await as('mktemp', ['--directory'])
  const data = `--pgdata=${join(folder, 'data')}`
  const port = await freePort()
  const user = 'postgres'
  const made = ['--auth=trust', '--encoding=UTF8', '--no-sync', `--username=${user}`]
  await as(join(programs, 'initdb'), [data, ...made])
  const settings = `--options=-p ${port} -k ${folder} -h 127.0.0.1 -F`
  await as(join(programs, 'pg_ctl'), ['start', '--wait', data, `--log=${join(folder, 'log')}`, settings])
  const reached = ['--host=127.0.0.1', `--port=${port}`, `--username=${user}`]
  const query: Postgres['query'] = (database, sql) =>
    as(join(programs, 'psql'), [...reached, `--dbname=${database}`, '-XAtqc', sql])
  for (const database of databases) await query('postgres', `CREATE DATABASE ${database}`)
  return {
    port,
    user,
    url: (database) => `postgresql://${user}@127.0.0.1:${port}/${database}`,
    query,
    async [Symbol.asyncDispose]() {
      await as(join(programs, 'pg_ctl'), ['stop', '--wait', '--mode=immediate', data])
      await as('rm', ['-r', folder])
    },
  }
}
