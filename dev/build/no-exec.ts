/** Stands in for `@actions/exec` in the bundle: `@actions/core` imports it for `platform`, which nothing here calls. */
export function exec(): never {
  throw new Error('@actions/exec is not part of this action')
}

export const getExecOutput = exec
