// SPDX-License-Identifier: Apache-2.0
// stamp_once.mjs SOCKET SESSION TIMEOUT_MILLISECONDS: stamps the text that standard input is as JSON.

import { readFileSync } from "node:fs";
import { SocketStamper, StampError } from "../../../examples/node/socket-stamper.mjs";

const [socketPath, session, milliseconds] = process.argv.slice(2);
const body = JSON.parse(readFileSync(0));
const stamper = new SocketStamper(socketPath, { session, timeoutMilliseconds: Number(milliseconds) });
try {
  const { stampHeaderName, stampHeaderValue } = await stamper.stamp(body);
  console.log("stamped", stampHeaderName, stampHeaderValue);
} catch (error) {
  if (!(error instanceof StampError)) throw error;
  console.log("refused", error.code, error.fallback);
}
