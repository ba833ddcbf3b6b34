/** The name of a region, in any partition. */
export const REGION = /^[a-z]{2,}(?:-[a-z]+)+-\d{1,2}$/
/** The ARN of an IAM role, in any partition. */
export const ROLE_ARN = /^(?<account>arn:aws(?:-[a-z]+)*:iam::\d{12}):role\/[\w+=,.@/-]{1,576}$/
