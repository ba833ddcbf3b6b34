import type { Google } from './google.ts'

const SCOPE = 'https://www.googleapis.com/auth/sqlservice.login'

/** A connection to a Cloud SQL instance. */
interface Login {
  readonly engine: 'postgres' | 'mysql'
  readonly user: string
  readonly password: string
}

interface CloudSqlOptions {
  readonly token: Google['token']
  /** E-mails with `roles/cloudsql.instanceUser` that were added to the instance as IAM users. */
  readonly users: readonly string[]
}

/** The login of a Cloud SQL instance with IAM database authentication. */
export interface CloudSql {
  /** @returns what the database says against the login; `undefined` where it lets the user in */
  readonly refusal: (login: Login) => string | undefined
}

export function createCloudSql({ token, users }: CloudSqlOptions): CloudSql {
  return {
    refusal({ engine, user, password }) {
      const nameOf = (email: string): string =>
        engine === 'postgres' ? email.replace(/\.gserviceaccount\.com$/, '') : email.replace(/@.*/, '')
      const email = users.find((each) => nameOf(each) === user)
      if (email === undefined) return `there is no user ${user}`
      const bearer = token(password)
      if (bearer === undefined) return `Cloud SQL IAM service account authentication failed for user ${user}`
      if (!bearer.members.includes(`serviceAccount:${email}`)) return 'the token is somebody else’s'
      // A token that can do more than log in does not belong in a database client.
      return bearer.scopes.join() === SCOPE ? undefined : `the scopes are ${bearer.scopes.join()}`
    },
  }
}
