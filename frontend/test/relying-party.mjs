// SPDX-License-Identifier: Apache-2.0
// A relying party of a city by openid-client. The test of Python plays the browser: each step is one line of JSON.
import readline from "node:readline";
import * as client from "openid-client";

const lines = readline.createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const say = (what) => process.stdout.write(`${JSON.stringify(what)}\n`);
const hear = async () => JSON.parse((await lines.next()).value);

async function signIn(config, redirect, { pushed }) {
  const verifier = client.randomPKCECodeVerifier();
  const [state, nonce] = [client.randomState(), client.randomNonce()];
  const asked = {
    redirect_uri: redirect,
    scope: "openid profile offline_access",
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    state,
    nonce,
  };
  const to = pushed
    ? await client.buildAuthorizationUrlWithPAR(config, asked)
    : client.buildAuthorizationUrl(config, asked);
  say({ go: to.href });
  const { back } = await hear();
  const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true };
  return client.authorizationCodeGrant(config, new URL(back), checks);
}

async function run({ issuer, id, secret, redirect, device }) {
  const options = { execute: [client.allowInsecureRequests, client.enableNonRepudiationChecks] };
  const config = await client.discovery(new URL(issuer), id, undefined, client.ClientSecretBasic(secret), options);
  if (device) {
    const waiting = await client.initiateDeviceAuthorization(config, { scope: "openid profile" });
    say({ code: waiting.user_code });
    const tokens = await client.pollDeviceAuthorizationGrant(config, waiting);
    return { claims: tokens.claims() };
  }
  const plain = await signIn(config, redirect, { pushed: false });
  const tokens = await signIn(config, redirect, { pushed: true });
  const info = await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub);
  const renewed = await client.refreshTokenGrant(config, tokens.refresh_token);
  await client.tokenRevocation(config, renewed.refresh_token);
  const ended = await client.refreshTokenGrant(config, renewed.refresh_token).then(
    () => "still good",
    (error) => error.error,
  );
  const leave = client.buildEndSessionUrl(config, { id_token_hint: renewed.id_token, state: "bye" });
  return { claims: tokens.claims(), same: plain.claims().sub === tokens.claims().sub, info, ended, leave: leave.href };
}

try {
  say({ done: await run(await hear()) });
} catch (error) {
  say({ failed: `${error.code ?? error.name}: ${error.cause?.message ?? error.message}` });
}
process.exit(0);
