export const id = 'aws';
export const ids = ['aws'];
export const modules = {

/***/ 23: // ./src/aws/credentials.ts and what only it imports
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  cD: () => (/* binding */ awsCredentials),
  credentialSource: () => (/* binding */ credentialSource),
  bP: () => (/* binding */ readCredentialSource),
  XP: () => (/* binding */ readRegion)
});

// EXTERNAL MODULE: ./src/errors.ts
var errors = __webpack_require__(3916);
// EXTERNAL MODULE: ./src/http/answer.ts
var http_answer = __webpack_require__(9856);
// EXTERNAL MODULE: ./src/http/call.ts
var call = __webpack_require__(2006);
// EXTERNAL MODULE: ./src/identity/credential.ts
var credential = __webpack_require__(8585);
// EXTERNAL MODULE: ./src/aws/endpoint.ts
var aws_endpoint = __webpack_require__(5572);
// EXTERNAL MODULE: ./src/aws/names.ts
var names = __webpack_require__(6429);
// EXTERNAL MODULE: ./src/identity/claims.ts
var identity_claims = __webpack_require__(2437);
// EXTERNAL MODULE: ./src/text.ts
var src_text = __webpack_require__(8992);
// EXTERNAL MODULE: ./src/aws/errors.ts
var aws_errors = __webpack_require__(9378);
// EXTERNAL MODULE: ./src/aws/policies.ts
var policies = __webpack_require__(647);
;// CONCATENATED MODULE: ./src/aws/refusal.ts





/** The issuer of github.com's ID tokens. */
const GITHUB = 'token.actions.githubusercontent.com';
/** As AWS may name the trust policy. */
const OF_ROLE = ['role trust policy', 'resource-based policy'];
/** What STS means by an answer that is not 2xx to a job that wants to assume a role. */
function stsRefusal(answer, role) {
    const error = (0,aws_errors/* awsError */.es)(answer);
    return (0,aws_errors/* awsRefusal */.gW)(answer, error, (claims) => explain(role, error, claims));
}
function explain(role, { code, message }, claims) {
    const { roleArn, audience } = role;
    const account = names/* ROLE_ARN */.x.exec(roleArn)?.groups?.['account'] ?? '';
    const issuer = (0,identity_claims/* claimText */.Q1)(claims, 'iss')?.replace('https://', '') ?? GITHUB;
    const provider = `${account}:oidc-provider/${issuer}`;
    switch (code) {
        case 'AccessDenied': {
            // Something in front, such as a bucket, says the same of another action.
            if (!message.includes('AssumeRoleWithWebIdentity'))
                return {};
            const refuser = (0,policies/* refuserIn */.Im)(message);
            if (refuser && (refuser.denies || !OF_ROLE.includes(refuser.kind)))
                return (0,policies/* explainRefuser */.Y8)(refuser, `of the role "${roleArn}"`);
            const subject = (0,identity_claims/* claimText */.Q1)(claims, 'sub');
            const form = (0,identity_claims/* aboutForm */.A1)(subject, { it: 'The subject' });
            return {
                hint: `Either the role "${roleArn}" does not exist, or its trust policy does not accept this job; AWS does not say which. The subject (sub) of the ID token was ${(0,src_text/* quoted */.TL)(subject) ?? 'another one'}, its audience (aud) was "${audience}": change the conditions on ${issuer}:sub and ${issuer}:aud so that they match.${form}`,
                ...suggestPolicy(role, provider, issuer, claims),
            };
        }
        case 'InvalidIdentityToken':
            if (/audience/i.test(message)) {
                return {
                    hint: `The audience of the ID token was "${audience}": add it to the audiences (client ids) of the IAM identity provider "${provider}".`,
                };
            }
            return aws_errors/* KEYS_TROUBLE */.Dh.test(message)
                ? keysHint(issuer)
                : {
                    hint: `Check that there is an IAM identity provider "${provider}": with the URL https://${issuer} and the audience "${audience}".`,
                };
        case 'IDPCommunicationError':
            return keysHint(issuer);
        case 'RegionDisabledException':
            return { hint: 'Enable STS for that region in the account, or set another region.' };
        default:
            return {};
    }
}
function keysHint(issuer) {
    return {
        hint: `AWS could not fetch the keys of GitHub's ID tokens: https://${issuer} must be reachable from the internet.`,
    };
}
/** The trust policy by which a role accepts this run and no other; nothing if there can be none. */
function suggestPolicy({ roleArn, audience }, provider, issuer, claims) {
    const subject = (0,identity_claims/* claimText */.Q1)(claims, 'sub');
    const repositoryId = (0,identity_claims/* claimText */.Q1)(claims, 'repository_id');
    // IAM puts values of its own in the place of ${…}.
    if (subject === undefined || subject.includes('${'))
        return {};
    const passing = (0,identity_claims/* aboutPassing */.PR)(subject);
    if (passing !== undefined)
        return { advice: passing };
    const named = (0,identity_claims/* namesRepository */.xt)(subject);
    // Of the issuers here, STS compares other claims than `sub` and `aud` for this one alone (AWS, "What's New" of January 2026).
    if (!named && (issuer !== GITHUB || repositoryId === undefined))
        return {};
    const statement = {
        Effect: 'Allow',
        Principal: { Federated: provider },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: {
            StringEquals: {
                [`${issuer}:aud`]: audience,
                [`${issuer}:sub`]: subject,
                // Every repository with the same customization has this subject.
                ...(!named && { [`${issuer}:repository_id`]: repositoryId }),
            },
        },
    };
    return { advice: `With this trust policy, the role "${roleArn}" accepts this run:`, paste: [(0,policies/* policyOf */.US)(statement)] };
}

;// CONCATENATED MODULE: ./src/aws/credentials.ts







/** As errors name it. */
const STS = 'AWS STS';
/** How long the role is assumed for, in s: the least that STS gives. */
const SESSION_SECONDS = 900;
/** The credentials in the environment, or none. */
function environmentCredentials(inputs, environment) {
    const text = (name) => {
        const value = (environment[`AWS_${name}`] ?? '').trim();
        // It has to fit into a header. The problem does not repeat it.
        if (!/^[\x20-\x7e]*$/.test(value)) {
            inputs.problem(`AWS_${name}`, 'must be one printable line', 'what configure-aws-credentials sets');
        }
        return value;
    };
    const accessKeyId = text('ACCESS_KEY_ID');
    const secretAccessKey = text('SECRET_ACCESS_KEY');
    const sessionToken = text('SESSION_TOKEN');
    const expiresAt = (0,http_answer/* timeOf */.nR)(text('CREDENTIAL_EXPIRATION'));
    if (accessKeyId === '' || secretAccessKey === '')
        return undefined;
    return { accessKeyId, secretAccessKey, ...(sessionToken !== '' && { sessionToken }), ...(expiresAt && { expiresAt }) };
}
/**
 * Where the credentials come from: the role, or else the environment.
 *
 * @param role undefined where none was given; its audience may be empty
 * @param roleInput the input that would name a role, for the error's text
 * @throws ActionError `NO_AWS_CREDENTIALS`; `INVALID_INPUT` where other inputs are wrong as well
 */
function credentialSource(inputs, environment, role, region, roleInput) {
    if (role !== undefined) {
        const endpoint = (0,aws_endpoint/* awsEndpoint */.P)(inputs, environment, 'sts', 'STS', region);
        return { roleArn: role.arn, endpoint, audience: role.audience || usualAudience(region) };
    }
    const credentials = environmentCredentials(inputs, environment);
    if (credentials)
        return { credentials };
    inputs.check();
    throw new errors/* ActionError */.lZ('NO_AWS_CREDENTIALS', `The request cannot be signed for AWS: ${roleInput} is not set, and the environment has no AWS credentials.`, {
        hint: `Set ${roleInput}, for example arn:aws:iam::123456789012:role/github-actions, or run aws-actions/configure-aws-credentials in an earlier step.`,
    });
}
/** What the IAM identity provider lists by AWS's own pages (README of aws-actions/configure-aws-credentials). */
function usualAudience(region) {
    return region.startsWith('cn-') ? 'sts.amazonaws.com.cn' : 'sts.amazonaws.com';
}
/** Reads `region`; empty if it may be left out and is, and after a problem. */
function readRegion(inputs, isRequired) {
    const example = 'eu-central-1';
    const given = isRequired ? inputs.required('region', example) : inputs.text('region');
    return inputs.matching('region', given, names/* REGION */.Z, 'must be an AWS region', example);
}
/** Reads `role-arn` and `audience`; see {@link credentialSource}. */
function readCredentialSource(inputs, environment, region) {
    const given = inputs.text('role-arn');
    const example = 'arn:aws:iam::123456789012:role/github-actions';
    inputs.matching('role-arn', given, names/* ROLE_ARN */.x, 'must be the ARN of a role', example);
    const audience = inputs.line('audience');
    const role = given === '' ? undefined : { arn: given, audience };
    return credentialSource(inputs, environment, role, region, 'role-arn');
}
/**
 * Credentials from their source: `AssumeRoleWithWebIdentity` for 900 s, unsigned (AWS STS API Reference).
 *
 * @throws ActionError of {@link Tools.send} and {@link Tools.idToken}
 */
async function awsCredentials(source, tools) {
    if ('credentials' in source) {
        tools.mask(source.credentials.secretAccessKey);
        if (source.credentials.sessionToken !== undefined)
            tools.mask(source.credentials.sessionToken);
        return source.credentials;
    }
    return tools.send(assumeRole(source, tools));
}
function assumeRole(role, tools) {
    const { roleArn, endpoint, audience } = role;
    return {
        service: STS,
        method: 'POST',
        url: endpoint,
        audience,
        grantEnds: 'within 15 minutes',
        prepare: async () => (0,call/* formMessage */.u)({
            Action: 'AssumeRoleWithWebIdentity',
            Version: '2011-06-15',
            RoleArn: roleArn,
            RoleSessionName: sessionName(tools.environment),
            DurationSeconds: String(SESSION_SECONDS),
            WebIdentityToken: await tools.idToken(audience),
        }),
        refusal: (answer) => stsRefusal(answer, role),
        read: (answer) => {
            const given = (0,http_answer/* member */.Dc)((0,http_answer/* jsonObject */.o$)(answer, STS, endpoint), 'AssumeRoleWithWebIdentityResponse', 'AssumeRoleWithWebIdentityResult', 'Credentials');
            const text = (name) => (0,credential/* credential */.e)((0,http_answer/* member */.Dc)(given, name), name, STS, tools.mask);
            const expiresAt = (0,http_answer/* timeOf */.nR)((0,http_answer/* member */.Dc)(given, 'Expiration'));
            return {
                // Not a secret, but as in the AWS tools it is masked all the same.
                accessKeyId: text('AccessKeyId'),
                secretAccessKey: text('SecretAccessKey'),
                sessionToken: text('SessionToken'),
                ...(expiresAt && { expiresAt }),
            };
        },
    };
}
/** Who assumed the role, for CloudTrail: run and repository, in the characters and the 64 that STS allows. */
function sessionName(environment) {
    const name = `${environment['GITHUB_RUN_ID'] || 'run'}@${environment['GITHUB_REPOSITORY'] || 'github-actions'}`;
    return name.replace(/[^\w+=,.@-]/g, '.').slice(0, 64);
}


/***/ }),

/***/ 2424: // ./src/aws/database.ts
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   H_: () => (/* binding */ readHostRegion),
/* harmony export */   fz: () => (/* binding */ readUsername),
/* harmony export */   rd: () => (/* binding */ databasePassword),
/* harmony export */   rk: () => (/* binding */ readHost)
/* harmony export */ });
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(3916);
/* harmony import */ var _inputs_inputs_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(8028);
/* harmony import */ var _credentials_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(23);
/* harmony import */ var _signing_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(2154);




/** How long a database accepts a password, in s: the most of RDS, and what AWS's tools ask for by default. */
const SECONDS = 900;
const HOST = /^(?=.{1,253}$)(?:[a-z\d](?:[a-z\d-]*[a-z\d])?\.)+[a-z][a-z\d-]*$/;
/** Any other name of AWS. */
const OF_AWS = /\.(?:(?:on|api)\.aws|amazonaws\.(?:com|com\.cn|eu))$/;
/**
 * What the endpoints of each database service have in their names, in any partition, and where its passwords come from
 * (Amazon RDS User Guide; Aurora DSQL User Guide, also "AWS PrivateLink"; Amazon Redshift Management Guide).
 */
const SERVICES = {
    rds: { name: 'RDS or Aurora', endpoint: /\.rds\./, passwords: 'uses: …/database/aws-rds@v1' },
    dsql: {
        name: 'Aurora DSQL',
        endpoint: /^[a-z\d]+\.dsql(?:-[a-z\d]+)*\.[a-z\d-]+\.on\.aws$/,
        passwords: 'uses: …/database/aws-dsql@v1',
    },
    redshift: {
        name: 'Amazon Redshift',
        endpoint: /\.redshift\.amazonaws\.com(?:\.cn)?$/,
        passwords: 'aws redshift get-cluster-credentials-with-iam --cluster-identifier NAME',
    },
    serverless: {
        name: 'Amazon Redshift Serverless',
        endpoint: /\.redshift-serverless\.amazonaws\.com(?:\.cn)?$/,
        passwords: 'aws redshift-serverless get-credentials --workgroup-name NAME',
    },
};
/** Reads `host`, in lower case: the endpoint of a service, or a name that does not say whose it is, with a warning; empty after a problem. */
function readHost(inputs, kind, example) {
    const host = inputs.matching('host', inputs.required('host', example).toLowerCase(), HOST, 'must be only the host name of the database endpoint', example);
    const { name, endpoint } = SERVICES[kind];
    if (host === '' || endpoint.test(host))
        return host;
    const other = Object.values(SERVICES).find((service) => service.endpoint.test(host));
    if (other !== undefined) {
        inputs.problem('host', `is an endpoint of ${other.name}, whose passwords are other ones`, other.passwords);
        return '';
    }
    if (OF_AWS.test(host)) {
        const rule = `must be an endpoint of ${name}, not of another service of AWS${(0,_inputs_inputs_js__WEBPACK_IMPORTED_MODULE_1__/* .not */ .A)(host)}`;
        inputs.problem('host', rule, example);
        return '';
    }
    const service = kind === 'rds' ? 'RDS' : name;
    inputs.warn(`${service} accepts the password only for an endpoint's own name, such as ${example}: "${host}" does not look like one. Set host to that name, however the client reaches the database.`);
    return host;
}
/** Reads `username`. */
function readUsername(inputs) {
    const example = 'app_migrations';
    const given = inputs.required('username', example);
    return inputs.matching('username', given, /^\P{C}{1,128}$/u, 'must be the name of a database user', example);
}
/** Reads `region`, which must be the one in the name of the host, if that has one. */
function readHostRegion(inputs, host, told) {
    const region = (0,_credentials_js__WEBPACK_IMPORTED_MODULE_2__/* .readRegion */ .XP)(inputs) || told || '';
    if (region === '' && host !== '') {
        inputs.problem('region', 'is required, because the host name does not contain it', 'eu-central-1');
    }
    if (told !== undefined && region !== told) {
        inputs.problem('region', `must be "${told}", as in the host name${(0,_inputs_inputs_js__WEBPACK_IMPORTED_MODULE_1__/* .not */ .A)(region)}`, told);
    }
    return region;
}
/**
 * A password for a database: a presigned request, computed here.
 *
 * @throws ActionError `NO_AWS_CREDENTIALS`, and as the login at STS throws it
 */
async function databasePassword(request, tools) {
    const { host, username, query: asked, scope, source } = request;
    const { credentials, signer } = await (0,_signing_js__WEBPACK_IMPORTED_MODULE_3__.readyToSign)(source, tools);
    const { expiresAt: end } = credentials;
    const now = tools.now();
    // The database would refuse the token without saying why.
    if ('credentials' in source && end && end.getTime() <= now) {
        throw new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .ActionError */ .lZ('NO_AWS_CREDENTIALS', `The AWS credentials in the environment expired at ${end.toISOString()}.`, { hint: 'Get new ones in a step right before this one, or set role-arn.' });
    }
    const query = await signer.presignedQuery(host, new URLSearchParams(asked), credentials, scope, SECONDS, now);
    const token = `${host}/?${query}`;
    // A client may quote the token in an encoding of its own; without the signature it is worth nothing.
    const signature = new URLSearchParams(query).get('X-Amz-Signature') ?? '';
    const signed = Math.floor(now / 1000) * 1000;
    const expiresAt = new Date(Math.min(signed + SECONDS * 1000, end?.getTime() ?? Infinity));
    return {
        secrets: [token, signature],
        outputs: { token },
        summary: `Password of "${username}" for ${host}; opens connections until ${expiresAt.toISOString()}`,
        expiresAt,
    };
}


/***/ }),

/***/ 5572: // ./src/aws/endpoint.ts
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   P: () => (/* binding */ awsEndpoint)
/* harmony export */ });
/** Host names by the beginning of the region's name; what is not listed is `amazonaws.com`. Source: partitions.json of the AWS SDKs. */
const DOMAINS = [
    [/^cn-/, 'amazonaws.com.cn'],
    [/^us-iso-/, 'c2s.ic.gov'],
    [/^us-isob-/, 'sc2s.sgov.gov'],
    [/^eu-isoe-/, 'cloud.adc-e.uk'],
    [/^us-isof-/, 'csp.hci.ic.gov'],
    [/^eusc-/, 'amazonaws.eu'],
];
/**
 * The regional endpoint of an AWS service; its FIPS endpoint where `AWS_USE_FIPS_ENDPOINT` is `true`.
 * `AWS_ENDPOINT_URL_<SERVICE>` and `AWS_ENDPOINT_URL` override it, unless `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS` is `true`
 * (AWS SDKs and Tools Reference Guide, "Service-specific endpoints", "Dual-stack and FIPS endpoints").
 *
 * @param service as in the host name: `sts`, `secretsmanager`
 * @param variable as in the variable's name: `STS`, `SECRETS_MANAGER`
 */
function awsEndpoint(inputs, environment, service, variable, region) {
    const isOn = (name) => /^true$/i.test(environment[name] ?? '');
    const domain = DOMAINS.find(([regions]) => regions.test(region))?.[1] ?? 'amazonaws.com';
    // In GovCloud the usual endpoint of STS is the FIPS endpoint.
    const hasFips = !(service === 'sts' && region.startsWith('us-gov-'));
    const host = isOn('AWS_USE_FIPS_ENDPOINT') && hasFips ? `${service}-fips` : service;
    const usual = `https://${host}.${region}.${domain}/`;
    if (isOn('AWS_IGNORE_CONFIGURED_ENDPOINT_URLS'))
        return new URL(usual);
    const override = [`AWS_ENDPOINT_URL_${variable}`, 'AWS_ENDPOINT_URL'].find((name) => environment[name]);
    if (override === undefined)
        return new URL(usual);
    return inputs.url(override, environment[override] ?? '', usual);
}


/***/ }),

/***/ 9378: // ./src/aws/errors.ts
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Dh: () => (/* binding */ KEYS_TROUBLE),
/* harmony export */   es: () => (/* binding */ awsError),
/* harmony export */   gW: () => (/* binding */ awsRefusal)
/* harmony export */ });
/* harmony import */ var _http_answer_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(9856);

/** Codes by which AWS means "later", with any HTTP status. Source: AWS SDK, retry classification. */
const LATER = new Set([
    'BandwidthLimitExceeded',
    'IDPCommunicationError',
    'InternalFailure',
    'InternalServiceError',
    'LimitExceededException',
    'PriorRequestNotComplete',
    'ProvisionedThroughputExceededException',
    'RequestLimitExceeded',
    'RequestThrottled',
    'RequestThrottledException',
    'RequestTimeout',
    'RequestTimeoutException',
    'ServiceUnavailable',
    'SlowDown',
    'ThrottledException',
    'Throttling',
    'ThrottlingException',
    'TooManyRequestsException',
    'TransactionInProgressException',
]);
/** Codes by which AWS refuses the time of a signature. */
const SKEWED = new Set(['RequestTimeTooSkewed', 'RequestInTheFuture', 'RequestExpired']);
/** AWS could not fetch the keys of the issuer. */
const KEYS_TROUBLE = /retrieve verification key/i;
const SKEWED_TEXT = /signature expired|signature not yet current/i;
/** Words of the gateways of AWS that give no code. */
const WORDS = /\bis not authorized to (?:perform|access)\b|^Missing Authentication Token|\bsecurity token\b|^The request signature|^Credential should be scoped/;
/** Code and message of an AWS error, in any of its forms: query API (JSON, XML), JSON API, gateways, VPC Lattice (plain text). */
function awsError(answer) {
    const { json, text } = answer;
    const xml = (tag) => new RegExp(`<${tag}>([^<]*)</${tag}>`).exec(text)?.[1];
    const [, plainCode, plainMessage] = /^(\w+Exception): (.*)/.exec(text) ?? [];
    const code = (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_0__/* .member */ .Dc)(json, 'Error', 'Code') ??
        (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_0__/* .member */ .Dc)(json, '__type') ??
        (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_0__/* .header */ .wx)(answer, 'x-amzn-errortype') ??
        xml('Code') ??
        plainCode;
    const message = (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_0__/* .member */ .Dc)(json, 'Error', 'Message') ??
        (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_0__/* .member */ .Dc)(json, 'message') ??
        (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_0__/* .member */ .Dc)(json, 'Message') ??
        xml('Message') ??
        plainMessage;
    return {
        // `namespace#Name:http://…` in the JSON protocols.
        code: (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_0__/* .textOf */ .b6)(code).replace(/:.*$/s, '').replace(/^.*#/s, ''),
        message: (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_0__/* .textOf */ .b6)(message),
    };
}
/**
 * What an AWS service, or a gateway that checks signatures, means by an answer that is not 2xx. It has no reason where the
 * answer has nothing by which AWS is known: a code, the id of a request, certain words.
 *
 * @param error of the answer
 * @param explain what a person can do; not asked where the clock is to blame, which its page explains
 */
function awsRefusal(answer, { code, message }, explain) {
    const isSkewed = SKEWED.has(code) || SKEWED_TEXT.test(message);
    // The keys of the issuer could not be fetched: transient, under a code that is not.
    const keys = code === 'InvalidIdentityToken' && KEYS_TROUBLE.test(message);
    const requestId = (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_0__/* .member */ .Dc)(answer.json, 'RequestId') ?? (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_0__/* .header */ .wx)(answer, 'x-amzn-requestid') ?? (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_0__/* .header */ .wx)(answer, 'apigw-requestid');
    const isAws = code !== '' || requestId !== undefined || WORDS.test(message);
    return {
        reason: isAws ? [code, message].filter((text) => text !== '').join(': ') : undefined,
        requestId,
        ...(LATER.has(code) ? { retry: 'until the deadline' } : keys ? { retry: { times: 2 } } : {}),
        ...(isSkewed ? { code: 'CLOCK_SKEWED' } : { explain }),
    };
}


/***/ }),

/***/ 6429: // ./src/aws/names.ts
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Z: () => (/* binding */ REGION),
/* harmony export */   x: () => (/* binding */ ROLE_ARN)
/* harmony export */ });
/** The name of a region, in any partition. */
const REGION = /^[a-z]{2,}(?:-[a-z]+)+-\d{1,2}$/;
/** The ARN of an IAM role, in any partition. */
const ROLE_ARN = /^(?<account>arn:aws(?:-[a-z]+)*:iam::\d{12}):role\/[\w+=,.@/-]{1,576}$/;


/***/ }),

/***/ 647: // ./src/aws/policies.ts
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Im: () => (/* binding */ refuserIn),
/* harmony export */   US: () => (/* binding */ policyOf),
/* harmony export */   Y8: () => (/* binding */ explainRefuser)
/* harmony export */ });
/** Whose policy each kind is that AWS names; empty for the policy of the resource. */
const PLACES = {
    'identity-based policy': 'of the role or user whose credentials signed the request',
    'resource-based policy': '',
    'permissions boundary': 'of the role or user whose credentials signed the request',
    'session policy': 'that was given when the credentials were made',
    'VPC endpoint policy': 'of the VPC endpoint that the request went through',
    'service control policy': 'of the AWS organization, which its administrators manage',
    'resource control policy': 'of the AWS organization, which its administrators manage',
    'role trust policy': '',
};
const KINDS = Object.keys(PLACES);
/**
 * Which policy refused, by AWS's own words at the end of its message; `undefined` if they do not say (IAM User Guide,
 * "Troubleshoot access denied error messages").
 */
function refuserIn(message) {
    const [, deny, text] = /\b(?:because no|with an explicit (deny)(?: in (?:an?|the))?) ?([\w -]*)/.exec(message) ?? [];
    const kind = KINDS.find((each) => text?.toLowerCase().startsWith(each.toLowerCase()));
    return kind === undefined && deny === undefined ? undefined : { kind, denies: deny !== undefined };
}
/**
 * What to change where a policy refused.
 *
 * @param resource what a resource-based policy belongs to: `of the secret`
 */
function explainRefuser({ kind, denies }, resource) {
    if (kind === undefined) {
        return { hint: `A policy denies this explicitly, and AWS does not say which: look for a Deny that matches.` };
    }
    const what = denies ? 'a statement in it denies this' : 'no statement in it allows this';
    return { hint: `Change the ${kind} ${PLACES[kind] || resource}: ${what}.` };
}
/** A policy of one statement, to paste. */
function policyOf(statement) {
    const policy = { Version: '2012-10-17', Statement: [statement] };
    return { language: 'json', content: JSON.stringify(policy, undefined, 2) };
}


/***/ }),

/***/ 2154: // ./src/aws/signing.ts
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

__webpack_require__.r(__webpack_exports__);
/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   readyToSign: () => (/* binding */ readyToSign)
/* harmony export */ });
/* harmony import */ var _credentials_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(23);

/**
 * Prepares signing. The signer is loaded while the credentials are on their way, which takes longer.
 *
 * @throws ActionError of {@link awsCredentials}
 */
async function readyToSign(source, tools) {
    const [credentials, signer] = await Promise.all([
        (0,_credentials_js__WEBPACK_IMPORTED_MODULE_0__/* .awsCredentials */ .cD)(source, tools),
        __webpack_require__.e('aws-signer').then(__webpack_require__.bind(__webpack_require__, 3737)),
    ]);
    return { credentials, signer };
}


/***/ }),

/***/ 5176: // ./src/exchanges/database/aws-dsql.ts
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

__webpack_require__.r(__webpack_exports__);
/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   awsDsql: () => (/* binding */ awsDsql)
/* harmony export */ });
/* harmony import */ var _aws_credentials_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(23);
/* harmony import */ var _aws_database_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(2424);


/** The public endpoint of a cluster, or that of AWS PrivateLink (Aurora DSQL User Guide). */
const ENDPOINT = /\.dsql[a-z\d-]*\.([a-z\d-]+)\.on\.aws$/;
/** The role that every cluster has, with an IAM action of its own. */
const ADMIN = 'admin';
/** A password for a cluster of Aurora DSQL: a presigned `DbConnect` or `DbConnectAdmin` request ("Authentication tokens", Aurora DSQL User Guide). */
const awsDsql = {
    settings: (inputs, environment) => {
        const host = (0,_aws_database_js__WEBPACK_IMPORTED_MODULE_1__/* .readHost */ .rk)(inputs, 'dsql', 'abcdefghijklmnopqrstuvwxyz.dsql.eu-west-1.on.aws');
        const username = (0,_aws_database_js__WEBPACK_IMPORTED_MODULE_1__/* .readUsername */ .fz)(inputs);
        const region = (0,_aws_database_js__WEBPACK_IMPORTED_MODULE_1__/* .readHostRegion */ .H_)(inputs, host, ENDPOINT.exec(host)?.[1]);
        return {
            host,
            username,
            query: { Action: username === ADMIN ? 'DbConnectAdmin' : 'DbConnect' },
            scope: { region, service: 'dsql' },
            source: (0,_aws_credentials_js__WEBPACK_IMPORTED_MODULE_0__/* .readCredentialSource */ .bP)(inputs, environment, region),
        };
    },
    exchange: _aws_database_js__WEBPACK_IMPORTED_MODULE_1__/* .databasePassword */ .rd,
};


/***/ }),

/***/ 3685: // ./src/exchanges/database/aws-rds.ts
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

__webpack_require__.r(__webpack_exports__);
/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   awsRds: () => (/* binding */ awsRds)
/* harmony export */ });
/* harmony import */ var _aws_credentials_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(23);
/* harmony import */ var _aws_database_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(2424);
/* harmony import */ var _inputs_inputs_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(8028);



/** The endpoint of an instance, a cluster or a proxy. In China the region comes after `rds`; it used to come before it. */
const ENDPOINT = /\.(?:([a-z]+(?:-[a-z]+)+-\d+)\.rds|rds\.(cn-[a-z]+-\d+))\.amazonaws\.(?:com|com\.cn|eu)$/;
/** A password for a database of Amazon RDS or Aurora: a presigned `connect` request with host and port ("IAM database authentication", RDS User Guide). */
const awsRds = {
    settings: (inputs, environment) => {
        const host = (0,_aws_database_js__WEBPACK_IMPORTED_MODULE_1__/* .readHost */ .rk)(inputs, 'rds', 'app.cluster-abc123.eu-central-1.rds.amazonaws.com');
        const port = inputs.required('port', '5432');
        if (port !== '' && !(/^[1-9]\d{0,4}$/.test(port) && Number(port) <= 65_535)) {
            inputs.problem('port', `must be a port from 1 to 65535${(0,_inputs_inputs_js__WEBPACK_IMPORTED_MODULE_2__/* .not */ .A)(port)}`, '5432');
        }
        const username = (0,_aws_database_js__WEBPACK_IMPORTED_MODULE_1__/* .readUsername */ .fz)(inputs);
        const [, usual, chinese] = ENDPOINT.exec(host) ?? [];
        const region = (0,_aws_database_js__WEBPACK_IMPORTED_MODULE_1__/* .readHostRegion */ .H_)(inputs, host, usual ?? chinese);
        return {
            host: `${host}:${port}`,
            username,
            query: { Action: 'connect', DBUser: username },
            scope: { region, service: 'rds-db' },
            source: (0,_aws_credentials_js__WEBPACK_IMPORTED_MODULE_0__/* .readCredentialSource */ .bP)(inputs, environment, region),
        };
    },
    exchange: _aws_database_js__WEBPACK_IMPORTED_MODULE_1__/* .databasePassword */ .rd,
};


/***/ }),

/***/ 1153: // ./src/exchanges/secret/aws-secrets-manager/exchange.ts and what only it imports
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

// ESM COMPAT FLAG
__webpack_require__.r(__webpack_exports__);

// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  awsSecretsManager: () => (/* binding */ awsSecretsManager)
});

// EXTERNAL MODULE: ./src/aws/credentials.ts + 1 modules
var credentials = __webpack_require__(23);
// EXTERNAL MODULE: ./src/aws/endpoint.ts
var endpoint = __webpack_require__(5572);
// EXTERNAL MODULE: ./src/aws/signing.ts
var aws_signing = __webpack_require__(2154);
// EXTERNAL MODULE: ./src/errors.ts
var errors = __webpack_require__(3916);
// EXTERNAL MODULE: ./src/http/answer.ts
var http_answer = __webpack_require__(9856);
// EXTERNAL MODULE: ./src/inputs/inputs.ts
var inputs_inputs = __webpack_require__(8028);
// EXTERNAL MODULE: ./src/text.ts
var src_text = __webpack_require__(8992);
// EXTERNAL MODULE: ./src/exchanges/secret/reading.ts + 1 modules
var reading = __webpack_require__(7557);
// EXTERNAL MODULE: ./src/exchanges/secret/references.ts
var references = __webpack_require__(9021);
// EXTERNAL MODULE: ./src/aws/errors.ts
var aws_errors = __webpack_require__(9378);
// EXTERNAL MODULE: ./src/aws/policies.ts
var policies = __webpack_require__(647);
;// CONCATENATED MODULE: ./src/exchanges/secret/aws-secrets-manager/refusal.ts



/** What AWS Secrets Manager means by an answer that is not 2xx. */
function refusal(answer, asked) {
    const error = (0,aws_errors/* awsError */.es)(answer);
    return {
        ...(0,aws_errors/* awsRefusal */.gW)(answer, error, () => explain(asked, error)),
        ...(error.code === 'ResourceNotFoundException' && { missing: (0,src_text/* quoted */.TL)(asked.secret) }),
    };
}
function explain(asked, { code, message }) {
    if (code === 'AccessDeniedException')
        return explainDenied(asked, message);
    const hint = HINTS.get(code)?.(asked, message);
    return hint === undefined ? {} : { hint };
}
const isOfRole = ({ source }) => 'roleArn' in source;
/** What a person can do, by the code of AWS. */
const HINTS = new Map([
    [
        'ResourceNotFoundException',
        ({ secret, region }, message) => /staging label|VersionId/i.test(message)
            ? `The secret "${secret}" exists but has no value: store one.`
            : `Check \`secret\` and \`region\`: in "${region}" the account of the credentials has no secret "${secret}". A secret in another account needs its full ARN.`,
    ],
    [
        'InvalidParameterException',
        ({ secret }) => `Check \`secret\`: AWS does not accept "${secret}" as the name or the ARN of a secret.`,
    ],
    ['InvalidRequestException', hintForState],
    [
        'DecryptionFailure',
        () => `AWS cannot decrypt the secret: check that its KMS key is enabled, and that the key's policy allows kms:Decrypt.`,
    ],
    [
        'UnrecognizedClientException',
        (asked) => isOfRole(asked)
            ? `AWS does not know the role's credentials in "${asked.region}": check that the account has this region enabled.`
            : 'AWS does not know the credentials in the environment: check AWS_ACCESS_KEY_ID and AWS_SESSION_TOKEN, which belong together, and `region`.',
    ],
    [
        'ExpiredTokenException',
        (asked) => isOfRole(asked)
            ? 'The credentials of the role were new: run the job again.'
            : 'The AWS credentials in the environment have expired: get new ones right before this step, or set role-arn.',
    ],
    [
        'InvalidSignatureException',
        (asked) => isOfRole(asked)
            ? 'Something between the runner and AWS changes requests: check the proxy and AWS_ENDPOINT_URL_SECRETS_MANAGER.'
            : 'Check AWS_SECRET_ACCESS_KEY in the environment: it does not belong to AWS_ACCESS_KEY_ID.',
    ],
]);
/** The secret is there, but not to be read as it is. */
function hintForState({ secret, region }, message) {
    if (/deletion|deleted/i.test(message)) {
        return `Restore the secret (aws secretsmanager restore-secret --region ${region} --secret-id ${secret}), or use another one.`;
    }
    return /default KMS/i.test(message)
        ? 'The secret belongs to another account, which its default key (aws/secretsmanager) cannot be shared with: encrypt it with a KMS key of your own, and allow kms:Decrypt on that in the policy of the key and in one of the role.'
        : `The secret "${secret}" cannot be read in its present state: aws secretsmanager describe-secret shows it.`;
}
function explainDenied({ secret, region, source }, message) {
    const refuser = (0,policies/* refuserIn */.Im)(message);
    const isOfKey = /\bKMS\b/i.test(message);
    if (refuser && (refuser.denies || refuser.kind !== 'identity-based policy')) {
        return (0,policies/* explainRefuser */.Y8)(refuser, isOfKey ? 'of its KMS key' : `of the secret "${secret}"`);
    }
    if (isOfKey) {
        return { hint: 'The credentials can read the secret but cannot use its KMS key: allow them kms:Decrypt on it.' };
    }
    if (!message.includes('secretsmanager:GetSecretValue'))
        return {};
    return {
        hint: `The credentials are not allowed to read the secret: allow them secretsmanager:GetSecretValue on "${secret}". For a secret in another account, its resource policy and its KMS key must allow them, too.`,
        ...suggestPolicy(secret, region, source),
    };
}
/** The policy that lets the role read this secret and no other. */
function suggestPolicy(secret, region, source) {
    if (!('roleArn' in source))
        return {};
    const [, partition = '', , , account = ''] = source.roleArn.split(':');
    const arn = secret.startsWith('arn:')
        ? secret
        : `arn:${partition}:secretsmanager:${region}:${account}:secret:${secret}-??????`;
    const statement = { Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: arn };
    return {
        advice: `With this policy, the role "${source.roleArn}" can read only this secret:`,
        paste: [(0,policies/* policyOf */.US)(statement)],
    };
}

;// CONCATENATED MODULE: ./src/exchanges/secret/aws-secrets-manager/exchange.ts










const SERVICE = 'AWS Secrets Manager';
const EXAMPLE = 'app/database';
/** A name, or the ARN of a secret. Names with `!` are those of secrets that an AWS service manages. */
const SECRET = /^(?<arn>arn:aws(?:-[a-z]+)*:secretsmanager:(?<region>[a-z\d-]+):\d{12}:secret:)?[\w/+=.@!-]{1,519}$/;
/** Secrets of AWS Secrets Manager: `GetSecretValue` (AWS Secrets Manager API Reference). */
const awsSecretsManager = {
    settings: async (inputs, environment) => {
        const region = (0,credentials/* readRegion */.XP)(inputs, 'required');
        return {
            wanted: await (0,references/* readReferences */.P)(inputs, {
                input: 'secret',
                example: EXAMPLE,
                key: 'password',
                read: (label, text) => readName(inputs, label, text, region),
            }),
            region,
            source: (0,credentials/* readCredentialSource */.bP)(inputs, environment, region),
            url: (0,endpoint/* awsEndpoint */.P)(inputs, environment, 'secretsmanager', 'SECRETS_MANAGER', region),
        };
    },
    exchange: async (settings, tools) => {
        const { source, wanted } = settings;
        const signing = (0,aws_signing.readyToSign)(source, tools);
        return (0,reading/* readSecrets */.q)(wanted, signing, {
            id: (secret) => secret,
            read: (secret) => read(settings, signing, secret, tools),
        });
    },
};
/** The name or the ARN of a secret in the region. */
function readName(inputs, label, text, region) {
    const secret = inputs.matching(label, text, SECRET, 'must be the name or the ARN of a secret', EXAMPLE);
    const told = SECRET.exec(secret)?.groups?.['region'] ?? region;
    if (told !== region && region !== '') {
        inputs.problem('region', `must be the region in the secret's ARN${(0,inputs_inputs/* not */.A)(region)}`, told);
    }
    return secret;
}
function read({ region, source, url }, signing, secret, tools) {
    const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'secretsmanager.GetSecretValue' };
    const body = JSON.stringify({ SecretId: secret });
    const request = { method: 'POST', url, headers, body };
    const scope = { region, service: 'secretsmanager' };
    return tools.send({
        service: SERVICE,
        method: 'POST',
        url,
        signed: true,
        prepare: async (now) => {
            const { credentials, signer } = await signing;
            return { headers: await signer.signedHeaders(request, credentials, scope, now()), body };
        },
        refusal: (answer) => refusal(answer, { secret, region, source }),
        read: (answer) => ({ name: (0,src_text/* quoted */.TL)(secret), text: secretString(answer, secret, url) }),
    });
}
function secretString(answer, secret, url) {
    const { SecretString: text, SecretBinary: binary } = (0,http_answer/* jsonObject */.o$)(answer, SERVICE, url);
    if (typeof text === 'string')
        return text;
    if (typeof binary === 'string') {
        throw new errors/* ActionError */.lZ('UNUSABLE_SECRET', `The secret "${secret}" is binary (SecretBinary).`, {
            hint: 'An output is text: store the secret as text (SecretString), for example in base64, and decode it in the step that uses it.',
        });
    }
    throw new errors/* ActionError */.lZ('UNUSABLE_ANSWER', `The answer of ${SERVICE} (${url.host}) contains no secret.`, {
        hint: 'No output was set. Check that the endpoint belongs to AWS Secrets Manager.',
    });
}


/***/ })

};
