export const id = 'octo-sts';
export const ids = ['octo-sts'];
export const modules = {

/***/ 575: // ./src/exchanges/octo-sts/exchange.ts and what only it imports
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

// ESM COMPAT FLAG
__webpack_require__.r(__webpack_exports__);

// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  octoSts: () => (/* binding */ octoSts)
});

// EXTERNAL MODULE: ./src/http/answer.ts
var http_answer = __webpack_require__(9856);
// EXTERNAL MODULE: ./src/identity/credential.ts
var credential = __webpack_require__(8585);
// EXTERNAL MODULE: ./src/explanation.ts
var explanation = __webpack_require__(7908);
// EXTERNAL MODULE: ./src/identity/claims.ts
var identity_claims = __webpack_require__(2437);
// EXTERNAL MODULE: ./src/text.ts
var src_text = __webpack_require__(8992);
;// CONCATENATED MODULE: ./src/exchanges/octo-sts/refusal.ts




/** What Octo STS means by an answer that is not 2xx: `google.rpc.Status`, with the code as a number (grpc-gateway). */
function refusal(answer, settings) {
    if (typeof (0,http_answer/* member */.Dc)(answer.json, 'code') !== 'number')
        return {};
    const message = (0,http_answer/* messageOf */.bD)(answer);
    // Both can also mean temporary trouble with the keys of the issuer.
    const times = answer.status === 401 && message.includes('unable to verify bearer token')
        ? 1
        : answer.status === 400 && message.includes('unable to fetch or create the provider')
            ? 2
            : 0;
    return {
        // Without the claims that it repeats: they are shown by the report, and only where they may be.
        reason: message
            .replace(/^(trust policy: (?:issuer|subject)) ".*" (?=did not match)/s, '$1 ')
            .replace(/ any of \[.*\]$/s, ''),
        retry: { times },
        explain: (claims) => explain(message, settings, claims),
    };
}
/** Octo STS keeps what it read, or that there was nothing, for so long (octo-sts/app, octosts.go). */
const WAIT = ' After a change, wait 5 minutes: Octo STS caches the policy for that long.';
/** Where the policies of an owner are may be set (octo-sts/app#1283). */
const UNLESS_SET = ' (unless the server sets ORG_POLICY_REPO)';
/** What a person can do, by what Octo STS says; the first that fits. */
const EXPLANATIONS = [
    [
        /unable to (find|read|parse|compile) trust policy/,
        ({ policy }) => `Octo STS looks for ${policy}, on the default branch, and says the same if it cannot read the file.${WAIT}`,
        (refused) => suggestPolicy(refused, { isThere: false }),
    ],
    [
        /trust policy: issuer/,
        ({ policy, issuer }) => `The issuer (iss) of the ID token was ${issuer}: set that as \`issuer\` in ${policy}.${WAIT}`,
        suggestPolicy,
    ],
    [/trust policy: subject/, aboutSubject, suggestPolicy],
    [/trust policy: audience/, aboutAudience, suggestPolicy],
    [
        /trust policy: .*claim/,
        ({ policy }) => `Compare claim_pattern in ${policy} with the claims of the ID token below.${WAIT}`,
    ],
    [
        /no installation found|no GitHub App/i,
        ({ settings: { domain }, owner }) => `The GitHub App of ${domain} must be installed for "${owner}": check \`scope\`, and the app's installations.`,
    ],
    [
        /StatusUnprocessableEntity/,
        ({ settings: { domain, scope }, policy }) => `GitHub refused the permissions or repositories of ${policy}: the GitHub App of ${domain} must have them all, on "${scope}".${WAIT}`,
    ],
    [
        /issuer not permitted by organization policy|trusted-issuer configuration is invalid/,
        ({ issuer, owner }) => `The issuer (iss) of the ID token was ${issuer}: "${owner}" must list it in ".github/chainguard/trusted-token-issuers.yaml" of its repository "${owner}/.github"${UNLESS_SET}, in a form that Octo STS can read.${WAIT}`,
    ],
    [
        /unable to (verify bearer token|fetch or create the provider)/,
        () => 'Octo STS could not check the ID token. It may have temporary trouble with the keys of the issuer: run the job again.',
    ],
    [
        /invalid subject/,
        () => 'Octo STS accepts no subject with quotes, brackets or any of \\ ; & $ < >: rename the branch or the environment.',
    ],
];
function explain(message, settings, claims) {
    const { path, repository } = fileOf(settings);
    return (0,explanation/* explanationOf */.p)(EXPLANATIONS, message, {
        settings,
        claims,
        policy: `the trust policy "${path}" in "${repository}"${settings.scope.includes('/') ? '' : UNLESS_SET}`,
        owner: settings.scope.split('/')[0] ?? '',
        issuer: (0,src_text/* quoted */.TL)((0,identity_claims/* claimText */.Q1)(claims, 'iss')) ?? 'different (it is not shown here)',
    });
}
function aboutSubject({ claims, policy }) {
    const subject = (0,identity_claims/* claimText */.Q1)(claims, 'sub');
    return subject === undefined
        ? `\`subject\` in ${policy} must be the subject (sub) of the ID token.${WAIT}`
        : `The subject (sub) of the ID token was "${subject}": set that as \`subject\` in ${policy}.${(0,identity_claims/* aboutForm */.A1)(subject)}${WAIT}`;
}
function aboutAudience({ settings: { audience, domain }, policy }) {
    const change = audience === domain
        ? `remove \`audience\` from ${policy}, which has another one, or set \`audience\` here to that one.`
        : `set it as \`audience\` in ${policy}; without one, the policy accepts only "${domain}".`;
    return `The audience of the ID token was "${audience}": ${change}${WAIT}`;
}
/** The file of the trust policy. */
function fileOf({ scope, identity }) {
    return {
        repository: scope.includes('/') ? scope : `${scope}/.github`,
        path: `.github/chainguard/${identity}.sts.yaml`,
    };
}
/**
 * A trust policy that matches this run and no other.
 *
 * @param isThere whether Octo STS read the file; if it did not, nobody knows whether there is one
 */
function suggestPolicy({ settings, claims }, { isThere } = { isThere: true }) {
    const { audience, domain } = settings;
    const issuer = (0,identity_claims/* claimText */.Q1)(claims, 'iss');
    const subject = (0,identity_claims/* claimText */.Q1)(claims, 'sub');
    const repositoryId = (0,identity_claims/* claimText */.Q1)(claims, 'repository_id');
    if (issuer === undefined || subject === undefined)
        return {};
    const passing = (0,identity_claims/* aboutPassing */.PR)(subject);
    if (passing !== undefined)
        return { advice: passing };
    const named = (0,identity_claims/* namesRepository */.xt)(subject);
    if (!named && repositoryId === undefined)
        return {};
    return {
        advice: isThere
            ? 'With these settings, the trust policy matches this run. Keep its `permissions`:'
            : 'This trust policy matches this run:',
        paste: [
            {
                language: 'yaml',
                content: [
                    `issuer: ${(0,src_text/* yamlText */.pS)(issuer)}`,
                    `subject: ${(0,src_text/* yamlText */.pS)(subject)}`,
                    ...(audience === domain ? [] : [`audience: ${(0,src_text/* yamlText */.pS)(audience)}`]),
                    // Every repository with the same customization has this subject.
                    ...(named ? [] : ['claim_pattern:', `  repository_id: ${(0,src_text/* yamlText */.pS)(repositoryId ?? '')}`]),
                    ...(isThere ? [] : ['permissions:', '  contents: read # what the token may do']),
                ].join('\n'),
                file: { ...fileOf(settings), ...(isThere && { exists: true }) },
            },
        ],
    };
}

// EXTERNAL MODULE: ./src/inputs/url.ts
var inputs_url = __webpack_require__(6344);
;// CONCATENATED MODULE: ./src/exchanges/octo-sts/settings.ts

const DOMAIN = 'octo-sts.dev';
/** A host name, with a port where it is not 443. */
const HOST = /^(?=.{1,253}(?::|$))[a-z\d]([a-z\d-]*[a-z\d])?(\.[a-z\d]([a-z\d-]*[a-z\d])?)*(:\d{1,5})?$/i;
const SCOPE = /^(?=.{1,255}$)[a-z\d][\w-]*(\/[\w.-]+)?$/i;
const IDENTITY = /^(?=.{1,255}$)(?!.*\.sts\.ya?ml$)[\w-][\w.-]*(\/[\w-][\w.-]*)*$/;
/** Octo STS takes no other (octo-sts/app, oidcvalidate/validate.go). */
const AUDIENCE = /^[^\s\p{C}"'`\\<>;|&$(){}[\]@]{1,255}$/u;
/** Reads the inputs. */
function readSettings(inputs, environment) {
    const domain = inputs.matching('domain', inputs.text('domain') || DOMAIN, HOST, 'must be a host name, without https:// or a path', DOMAIN);
    const scheme = (0,inputs_url/* isLoopback */.U9)(domain.replace(/:\d+$/, '')) ? 'http' : 'https';
    const scope = inputs.matching('scope', inputs.text('scope') || (environment['GITHUB_REPOSITORY'] ?? ''), SCOPE, 'must be owner/name, or only the owner', 'octo-org/target');
    const identity = readIdentity(inputs);
    const audience = inputs.matching('audience', inputs.text('audience'), AUDIENCE, 'must have at most 255 characters, without spaces, quotes, brackets or @', DOMAIN);
    const url = inputs.url('domain', domain && `${scheme}://${domain}/sts/exchange`, DOMAIN);
    url.search = new URLSearchParams({ scope, identity }).toString();
    const apiUrl = inputs.url('github-api-url', inputs.text('github-api-url'), 'https://api.github.com');
    const outlivesJob = inputs.boolean('skip-token-revoke');
    return {
        url,
        domain,
        audience: audience || domain,
        headers: inputs.headers(),
        scope,
        identity,
        apiUrl: apiUrl.href,
        outlivesJob,
    };
}
/** The name of a trust policy. Where its file is given, the error names the policy. */
function readIdentity(inputs) {
    const given = inputs.required('identity', 'deploy');
    const name = given.replace(/^\.github\/chainguard\//, '').replace(/\.sts\.ya?ml$/, '');
    return inputs.matching('identity', given, IDENTITY, 'must be the name of a trust policy, without its folder and .sts.yaml, of at most 255 characters', IDENTITY.test(name) ? name : 'deploy');
}

;// CONCATENATED MODULE: ./src/exchanges/octo-sts/exchange.ts




const SERVICE = 'Octo STS';
/** GitHub's installation tokens live for an hour. The server tells no time. */
const LIFETIME_MS = 3_600_000;
/** An attempt that is cut off can leave a token behind that nobody revokes; the server asks GitHub several times for one. */
const ATTEMPT_MS = 30_000;
/** A GitHub App installation token from Octo STS: `POST https://{domain}/sts/exchange` (octo-sts/app). */
const octoSts = {
    settings: readSettings,
    exchange: (settings, tools) => {
        const { url, audience, headers: gateway, scope, identity, apiUrl, outlivesJob } = settings;
        let sentAt = 0;
        return tools.send({
            service: SERVICE,
            method: 'POST',
            url,
            gateway,
            attemptMs: ATTEMPT_MS,
            grantEnds: 'within the hour',
            prepare: async () => {
                const headers = { accept: 'application/json', authorization: `Bearer ${await tools.idToken(audience)}` };
                sentAt = tools.now();
                return { headers };
            },
            refusal: (answer) => refusal(answer, settings),
            read: (answer) => {
                // Counted from the request, so that it is never later than the real end.
                const expiresAt = new Date(sentAt + LIFETIME_MS);
                const given = (0,http_answer/* jsonObject */.o$)(answer, SERVICE, url)['token'];
                const revocable = (core) => ({ issuer: 'github', token: core, apiUrl, ends: expiresAt });
                const token = (0,credential/* credential */.e)(given, 'token', SERVICE, tools.mask, (core) => {
                    tools.revokeAtEnd(revocable(core));
                });
                return {
                    secrets: [token],
                    outputs: { token },
                    summary: `Token for "${scope}", granted by the trust policy "${identity}"; ends ${expiresAt.toISOString()}`,
                    expiresAt,
                    revocable: revocable(token),
                    outlivesJob,
                };
            },
        });
    },
};


/***/ }),

/***/ 7908: // ./src/explanation.ts
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   p: () => (/* binding */ explanationOf)
/* harmony export */ });
/** The explanation of what a system says; an empty one if the table has none. */
function explanationOf(table, said, context) {
    const [, hint, more] = table.find(([words]) => words.test(said)) ?? [];
    return hint === undefined ? {} : { hint: hint(context), ...more?.(context) };
}


/***/ })

};
