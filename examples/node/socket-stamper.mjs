// SPDX-License-Identifier: Apache-2.0
// A stamper for Turnkey's TypeScript client that asks a frame: no private key in this process, no package but Node's
// own.
//
//     const stamper = new SocketStamper("/run/stampd/stamp.sock");
//     const client = new TurnkeyClient({ baseUrl: "https://api.turnkey.com" }, stamper);

import { statSync } from "node:fs";
import { connect } from "node:net";
import { dirname } from "node:path";

const callLimitBytes = 1 << 20; // what a frame reads of one call
const replyLimitBytes = 1 << 16; // far more than a stamp or an error has

/**
 * There is no stamp. `fallback` says what to do: "passkey" (ask for an approval), "retry" (later) or "never".
 *
 * `code` is the frame's error, with its `parameters`; or, without a dot, what this module found itself.
 */
export class StampError extends Error {
  constructor(code, fallback = "never", parameters = {}) {
    super(JSON.stringify({ error: code, parameters }));
    Object.assign(this, { name: "StampError", code, parameters });
    this.fallback = ["passkey", "retry"].includes(fallback) ? fallback : "never";
  }
}

/** Has requests stamped over a stamp socket. Each stamp has a connection of its own, and many may be made at once. */
export class SocketStamper {
  constructor(socketPath, { session = "default", timeoutMilliseconds = 10_000 } = {}) {
    Object.assign(this, { socketPath, session, timeoutMilliseconds });
  }

  /**
   * Resolves to the header that stamps `input`, a string: send exactly its UTF-8 bytes with it.
   *
   * Rejects with a StampError. A frame that goes away without an answer is asked once more: a second stamp does no
   * harm.
   */
  async stamp(input) {
    const call = writeCall(input, this.session);
    refuseStrangers(this.socketPath);
    const signal = AbortSignal.timeout(this.timeoutMilliseconds);
    const reply = (await exchange(this.socketPath, call, signal)) ?? (await exchange(this.socketPath, call, signal));
    return readReply(reply);
  }
}

/**
 * Resolves to the reply with its NUL, or to undefined where the connection ended before that.
 *
 * Node ends a connection that cannot be written to: a refusal that comes before the whole call is read may be lost.
 */
async function exchange(path, call, signal) {
  const connection = connect({ path, signal });
  let [isConnected, reply] = [false, Buffer.alloc(0)];
  connection.once("connect", () => (isConnected = true)).write(call);
  try {
    for await (const received of connection) {
      reply = Buffer.concat([reply, received]);
      if (reply.includes(0) || reply.length > replyLimitBytes) return reply;
    }
  } catch (error) {
    if (signal.aborted) throw new StampError("timedOut", "retry");
    if (!isConnected) throw new StampError("noFrame", "retry", { reason: error.message });
  }
}

/**
 * Refuses a directory where someone other than root and this user may put a socket, and a path that would be cut.
 *
 * Node cannot ask the kernel who listens (SO_PEERCRED): this is as much as it can know. 65534 and -1 stand for any user
 * whom the kernel has no number for here (user_namespaces(7)).
 */
function refuseStrangers(path) {
  const { uid, mode } = statSync(dirname(path), { throwIfNoEntry: false }) ?? { uid: 0 };
  const isTrusted = [0, process.geteuid()].includes(uid) && ![65534, 0xffffffff].includes(uid) && !(mode & 0o022);
  if (!isTrusted) throw new StampError("untrustedListener", "never", { uid, mode: mode.toString(8) });
  if (Buffer.byteLength(path) > 107) throw new StampError("noFrame", "retry", { reason: "the path is too long" });
}

function writeCall(payload, session) {
  const isText = typeof payload === "string" && !/\p{Surrogate}/u.test(payload); // half of a surrogate pair is no text
  if (!isText) throw new StampError("notUTF8");
  const call = Buffer.from(JSON.stringify({ method: "io.stampd.Stamper.Stamp", parameters: { payload, session } }));
  if (call.length > callLimitBytes) throw new StampError("tooLarge");
  return Buffer.concat([call, Buffer.alloc(1)]);
}

function readReply(reply) {
  if (!reply) throw new StampError("connectionLost", "retry");
  const { error, parameters, ...rest } = parse(reply) ?? {};
  const { stampHeaderName, stampHeaderValue, fallback } = parameters ?? {};
  const isReply = parameters?.constructor === Object && Object.keys(rest).length === 0;
  if (isReply && typeof error === "string") throw new StampError(error, fallback, parameters);
  const isStamp = isReply && error === undefined && stampHeaderName === "X-Stamp";
  if (isStamp && typeof stampHeaderValue === "string") return { stampHeaderName, stampHeaderValue };
  throw new StampError("protocolViolation");
}

function parse(reply) {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(reply.subarray(0, -1));
    return reply.length <= replyLimitBytes ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}
