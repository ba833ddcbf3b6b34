export const getExecOutput = undefined; export const exec = undefined
