import { pythonProgram, type Program } from './program.ts'

/** Two judges in one environment: moto is made of botocore. */
export const PYTHON = pythonProgram('python', ['moto[server]==5.2.5', 'botocore==1.44.5'])

export const CURL: Program = { path: '/usr/bin/curl', from: 'apt-get install curl' }
