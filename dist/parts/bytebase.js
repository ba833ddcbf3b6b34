export const id = 'bytebase';
export const ids = ['bytebase'];
export const modules = {

/***/ 1354: // ./src/exchanges/bytebase/exchange.ts and what only it imports
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

// ESM COMPAT FLAG
__webpack_require__.r(__webpack_exports__);

// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  bytebase: () => (/* binding */ bytebase)
});

// EXTERNAL MODULE: ./src/errors.ts
var errors = __webpack_require__(3916);
// EXTERNAL MODULE: ./src/http/answer.ts
var http_answer = __webpack_require__(9856);
// EXTERNAL MODULE: ./src/identity/claims.ts
var identity_claims = __webpack_require__(2437);
// EXTERNAL MODULE: ./src/identity/credential.ts
var credential = __webpack_require__(8585);
// EXTERNAL MODULE: ./src/explanation.ts
var explanation = __webpack_require__(7908);
// EXTERNAL MODULE: ./src/text.ts
var src_text = __webpack_require__(8992);
;// CONCATENATED MODULE: ./src/exchanges/bytebase/refusal.ts




/** Issuer URLs whose keys the server will not fetch (Bytebase, jwks.go). */
const NEVER_FETCHED = /must use HTTPS|must have a host|cannot be a private address/;
/** What a server without web pages says of a path that it does not know, without a code (labstack/echo). */
const NO_ROUTE = /gateway routing error|^(?:Not Found|Method Not Allowed)$/;
/**
 * Patterns that match no subject (Bytebase from 3.22.1 on, `ValidateSubjectPattern` in subject.go): empty, or a beginning
 * that names no owner.
 */
const MATCHES_NOTHING = /expected pattern "(?:(?:r|re|rep|repo|repo:[^/"]*)?\*)?"/;
/** What Bytebase means by an answer that is not 2xx: it has a code, a number (REST) or a word (Connect). */
function refusal(answer, settings) {
    const { status } = answer;
    const message = (0,http_answer/* messageOf */.bD)(answer);
    const identity = `the workload identity "${settings.email}"`;
    if ((0,http_answer/* member */.Dc)(answer.json, 'code') === undefined && !NO_ROUTE.test(message))
        return {};
    // The server could not fetch the keys of GitHub's issuer: transient, though it says 401.
    const isTransient = status === 401 && message.includes('failed to fetch JWKS') && !NEVER_FETCHED.test(message);
    return {
        // Without the claims that it repeats: they are shown by the report, and only where they may be.
        reason: message.replace(/token has \[.*?\], |, got ".*"/gs, ''),
        // The identity lacks its settings: lasting, though it says 500.
        retry: message.includes('workload identity config not found') ? 'never' : { times: isTransient ? 2 : 0 },
        explain: (claims) => (0,explanation/* explanationOf */.p)(EXPLANATIONS, message, { settings, claims, identity, message }),
    };
}
/** From this version on (bytebase/bytebase#21408), the settings must name an audience and an owner. */
const SINCE = 'From Bytebase 3.22.1 on,';
/** What a person can do, by what Bytebase says; the first that fits. */
const EXPLANATIONS = [
    [
        /audience mismatch/,
        ({ settings: { audience }, identity, message }) => `The audience of the ID token was "${audience}". In Bytebase, add it to the allowed audiences of ${identity}, or set \`audience\` to one of those.${message.endsWith('allowed []') ? ` ${SINCE} an empty list accepts none.` : ''}`,
        suggestSettings,
    ],
    [
        /issuer mismatch/,
        ({ claims, identity }) => `The issuer (iss) of the ID token was ${(0,src_text/* quoted */.TL)((0,identity_claims/* claimText */.Q1)(claims, 'iss')) ?? 'not the one that Bytebase expects'}. In Bytebase, the issuer URL of ${identity} must be exactly that.`,
        suggestSettings,
    ],
    [/subject mismatch/, aboutSubject, suggestSettings],
    [/deactivated/, ({ identity }) => `In Bytebase, activate ${identity} again, or use another one.`],
    [
        /config not found/,
        ({ identity }) => `In Bytebase, ${identity} has no settings for GitHub: add an issuer URL, allowed audiences and a subject pattern.`,
    ],
    [
        /workload identity ".*" not found/s,
        ({ settings: { email } }) => `Check \`email\`: Bytebase has no workload identity "${email}". The e-mail of a project's identity contains the project's id: NAME@PROJECT.workload.bytebase.com.`,
    ],
    [
        /failed to fetch JWKS/,
        ({ claims, identity, message }) => NEVER_FETCHED.test(message)
            ? `Bytebase fetches keys only from an https:// address on the internet: check the issuer URL of ${identity}, and its JWKS URL if it has one.`
            : `Bytebase could not fetch the keys of GitHub's ID tokens: its server must be able to reach ${(0,identity_claims/* claimText */.Q1)(claims, 'iss') ?? 'the issuer'}.`,
    ],
    [
        /failed to verify token signature/,
        ({ identity }) => `Bytebase caches the keys of GitHub's ID tokens for 15 minutes: if GitHub has just changed them, run the job again later. Otherwise check the issuer URL of ${identity}, and its JWKS URL if it has one.`,
    ],
    [/token has expired/, () => 'The ID token was new: check the clock of the Bytebase server.'],
    [NO_ROUTE, ({ settings }) => wrongUrl(settings.url)],
];
function aboutSubject({ claims, identity, message }) {
    const subject = (0,identity_claims/* claimText */.Q1)(claims, 'sub');
    const owner = MATCHES_NOTHING.test(message)
        ? ` ${SINCE} a pattern matches nothing if it is empty, or ends in * before it names an owner and a slash (repo:OWNER/*).`
        : '';
    return `The subject (sub) of the ID token was ${(0,src_text/* quoted */.TL)(subject) ?? 'not the one that Bytebase expects'}. In Bytebase, change the subject pattern of ${identity} so that it matches.${owner}${(0,identity_claims/* aboutForm */.A1)(subject, { byName: 'a pattern that begins with repo:owner/repository' })}`;
}
/** What to do where the URL is not that of Bytebase. */
function wrongUrl(url) {
    return `Check \`url\`: ${url.origin}${url.pathname.slice(0, -'/v1/auth:exchangeToken'.length)} must be the address of Bytebase's web pages, without /v1 at the end.`;
}
/** The settings of a workload identity that accept this run and no other. */
function suggestSettings({ settings: { email, audience }, claims }) {
    const issuer = (0,identity_claims/* claimText */.Q1)(claims, 'iss');
    const subject = (0,identity_claims/* claimText */.Q1)(claims, 'sub');
    if (issuer === undefined || subject === undefined)
        return {};
    // An asterisk at the end would make it a pattern; without the repository, every repository with the same customization has it.
    if (subject.endsWith('*') || !(0,identity_claims/* namesRepository */.xt)(subject))
        return {};
    const passing = (0,identity_claims/* aboutPassing */.PR)(subject);
    if (passing !== undefined)
        return { advice: passing };
    return {
        advice: 'These settings of the workload identity accept this run:',
        paste: [
            {
                language: 'yaml',
                content: [
                    `# workload identity ${email}`,
                    `issuerUrl: ${(0,src_text/* yamlText */.pS)(issuer)}`,
                    'allowedAudiences:',
                    `  - ${(0,src_text/* yamlText */.pS)(audience)}`,
                    `subjectPattern: ${(0,src_text/* yamlText */.pS)(subject)}`,
                ].join('\n'),
            },
        ],
    };
}

;// CONCATENATED MODULE: ./src/exchanges/bytebase/settings.ts
const URL_EXAMPLE = 'https://bytebase.example.com';
const EMAIL_EXAMPLE = 'github-actions@workload.bytebase.com';
/** Lower case; with the project's id for an identity that belongs to a project. */
const EMAIL = /^[^\s\p{Lu}@]+@(?:[a-z\d][a-z\d-]*\.)?workload\.bytebase\.com$/u;
/** Reads the inputs. */
function readSettings(inputs, environment) {
    const base = inputs.url('url', inputs.required('url', URL_EXAMPLE), URL_EXAMPLE);
    return {
        url: new URL(`${base.href.replace(/\/+$/, '')}/v1/auth:exchangeToken`),
        email: inputs.matching('email', inputs.required('email', EMAIL_EXAMPLE), EMAIL, 'must be the e-mail of a workload identity, in lower case: NAME@workload.bytebase.com or NAME@PROJECT.workload.bytebase.com', EMAIL_EXAMPLE),
        audience: inputs.line('audience') || `https://github.com/${environment['GITHUB_REPOSITORY_OWNER'] ?? ''}`,
        headers: inputs.headers(),
    };
}

;// CONCATENATED MODULE: ./src/exchanges/bytebase/exchange.ts






const SERVICE = 'Bytebase';
/** The server itself waits up to 30 s for the keys of GitHub's issuer; cutting earlier would end an exchange that succeeds. */
const ATTEMPT_MS = 35_000;
/** A Bytebase API token of a workload identity: `POST {url}/v1/auth:exchangeToken` (Bytebase API, AuthService). */
const bytebase = {
    settings: readSettings,
    exchange: (settings, tools) => {
        const { url, email, audience, headers } = settings;
        return tools.send({
            service: SERVICE,
            method: 'POST',
            url,
            gateway: headers,
            attemptMs: ATTEMPT_MS,
            grantEnds: 'within the hour',
            prepare: async () => ({
                headers: { accept: 'application/json', 'content-type': 'application/json' },
                body: JSON.stringify({ token: await tools.idToken(audience), email }),
            }),
            refusal: (answer) => refusal(answer, settings),
            read: (answer) => grantFrom(answer, settings, tools),
        });
    },
};
function grantFrom(answer, { url, email }, tools) {
    if (/^\s*</.test(answer.text)) {
        throw new errors/* ActionError */.lZ('UNUSABLE_ANSWER', `${SERVICE} (${url.host}) answered with a web page: the URL is wrong.`, {
            hint: wrongUrl(url),
            leavesNothing: true,
        });
    }
    const token = (0,credential/* credential */.e)((0,http_answer/* jsonObject */.o$)(answer, SERVICE, url)['accessToken'], 'access token', SERVICE, tools.mask);
    const expiresAt = (0,http_answer/* timeOf */.nR)((0,identity_claims/* claimsOf */.ds)(token)?.['exp']);
    return {
        secrets: [token],
        outputs: { token },
        summary: `Bytebase API token for "${email}"${expiresAt ? `; ends ${expiresAt.toISOString()}` : ''}`,
        ...(expiresAt && { expiresAt }),
    };
}


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
