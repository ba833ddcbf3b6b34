/**
 * Loaded before every program of this folder by the npm scripts. JavaScript, because it must run where they cannot: it ends the
 * process with one line that says what to do.
 */
import console from 'node:console'
import { existsSync } from 'node:fs'
import process from 'node:process'
import { URL } from 'node:url'

const [problem] = [
  !existsSync(new URL('../node_modules/prettier', import.meta.url)) && 'Run this first: npm ci',
  !process.features.typescript &&
    `This needs Node.js 24, and runs on ${process.version}. Run this first, without --ignore-scripts: npm ci`,
].filter(Boolean)
if (problem) {
  console.error(problem)
  process.exit(1)
}
