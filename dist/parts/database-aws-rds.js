export const id = 'database-aws-rds';
export const ids = ['database-aws-rds'];
export const modules = {

/***/ 3685: // ./src/exchanges/database/aws-rds.ts
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

__webpack_require__.r(__webpack_exports__);
/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   awsRds: () => (/* binding */ awsRds)
/* harmony export */ });
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(3916);
/* harmony import */ var _inputs_inputs_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(8028);


/** How long a database takes the token, in s. */
const SECONDS = 900;
const HOST = /^(?=.{1,253}$)(?:[a-z\d](?:[a-z\d-]*[a-z\d])?\.)+[a-z][a-z\d-]*$/;
const HOST_EXAMPLE = 'app.cluster-abc123.eu-central-1.rds.amazonaws.com';
/** The endpoint of an instance, a cluster or a proxy. In China the region stands after `rds`, once stood before it. */
const RDS_HOST = /\.(?:([a-z]+(?:-[a-z]+)+-\d+)\.rds|rds\.(cn-[a-z]+-\d+))\.amazonaws\.(?:com|com\.cn|eu)$/;
/** A password for a database of Amazon RDS or Aurora: a presigned `connect` request, computed here ("IAM database authentication", RDS User Guide). */
const awsRds = {
    settings: async (inputs, environment) => {
        const aws = await __webpack_require__.e('aws').then(__webpack_require__.bind(__webpack_require__, 4006));
        const host = inputs.matching('host', inputs.required('host', HOST_EXAMPLE).toLowerCase(), HOST, 'must be only the host name of the database endpoint', HOST_EXAMPLE);
        const port = inputs.required('port', '5432');
        if (port !== '' && !(/^[1-9]\d{0,4}$/.test(port) && Number(port) <= 65_535)) {
            inputs.problem('port', `must be a port from 1 to 65535${(0,_inputs_inputs_js__WEBPACK_IMPORTED_MODULE_1__/* .not */ .AU)(port)}`, '5432');
        }
        const username = inputs.matching('username', inputs.required('username', 'app_migrations'), /^\P{C}{1,128}$/u, 'must be the name of a database user', 'app_migrations');
        const [, usual, chinese] = RDS_HOST.exec(host) ?? [];
        const told = usual ?? chinese;
        const region = aws.readRegion(inputs) || told || '';
        if (region === '' && host !== '') {
            inputs.problem('region', 'is required, because the host name does not contain it', 'eu-central-1');
        }
        if (told !== undefined && region !== told) {
            inputs.problem('region', `must be "${told}", as in the host name${(0,_inputs_inputs_js__WEBPACK_IMPORTED_MODULE_1__/* .not */ .AU)(region)}`, told);
        }
        const source = aws.readCredentialSource(inputs, environment, region);
        return { aws, host: `${host}:${port}`, username, region, source };
    },
    exchange: async ({ aws, host, username, region, source }, tools) => {
        if ('endpoint' in source)
            tools.connectEarly(source.endpoint);
        const [credentials, signer] = await Promise.all([aws.awsCredentials(source, tools), aws.loadSigner()]);
        const now = tools.now();
        // The database would refuse the token and not tell why.
        if ('credentials' in source && credentials.expiresAt && credentials.expiresAt.getTime() <= now) {
            const ended = credentials.expiresAt.toISOString();
            throw new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .ActionError */ .lZ('NO_AWS_CREDENTIALS', `The AWS credentials in the environment expired at ${ended}.`, {
                hint: 'Get new ones in a step right before this one, or set role-arn.',
            });
        }
        const query = await signer.presignedQuery(host, new URLSearchParams({ Action: 'connect', DBUser: username }), credentials, { region, service: 'rds-db' }, SECONDS, now);
        const token = `${host}/?${query}`;
        // A client may quote the token in an encoding of its own; without the signature it is worth nothing.
        const signature = new URLSearchParams(query).get('X-Amz-Signature') ?? '';
        const signed = Math.floor(now / 1000) * 1000;
        const ends = Math.min(signed + SECONDS * 1000, credentials.expiresAt?.getTime() ?? Infinity);
        const expiresAt = new Date(ends);
        return {
            secrets: [token, signature],
            outputs: { token },
            summary: `Password of "${username}" for ${host}; opens connections until ${expiresAt.toISOString()}`,
            expiresAt,
        };
    },
    explain: ({ aws, source }, error, claims) => aws.explainSts(source, error, claims),
};


/***/ })

};
