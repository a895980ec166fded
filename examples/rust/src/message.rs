// SPDX-License-Identifier: Apache-2.0
//! A call and its reply: one JSON object and one NUL byte each.

use crate::json::{self, Value};
use crate::{Fallback, StampError, StampHeader};
use std::str;

const CALL_LIMIT_BYTES: usize = 1 << 20; // what a frame reads of one call
pub const REPLY_LIMIT_BYTES: usize = 1 << 16; // far more than a stamp or an error has

/// Returns the call with its NUL.
pub fn write_call(body: &[u8], session: &str) -> Result<Vec<u8>, StampError> {
    let payload = str::from_utf8(body).map_err(|why| StampError::new("notUTF8", Fallback::Never, why))?;
    let parameters = format!(r#"{{"payload":{},"session":{}}}"#, json::quote(payload), json::quote(session));
    let call = format!(r#"{{"method":"io.stampd.Stamper.Stamp","parameters":{parameters}}}"#);
    if call.len() > CALL_LIMIT_BYTES {
        return Err(StampError::new("tooLarge", Fallback::Never, call.len()));
    }
    Ok(format!("{call}\0").into_bytes())
}

/// Reads a reply with its NUL.
pub fn read_reply(reply: &[u8]) -> Result<StampHeader, StampError> {
    let violation = StampError::new("protocolViolation", Fallback::Never, "");
    let text = match str::from_utf8(&reply[..reply.len() - 1]) {
        Ok(text) if reply.len() <= REPLY_LIMIT_BYTES => text,
        _ => return Err(violation),
    };
    let message = json::read_object(text).unwrap_or_default();
    let parameters = match message.get("parameters") {
        Some(Value::Object(parameters)) => parameters,
        _ => return Err(violation),
    };
    let member = |name| parameters.get(name).and_then(Value::text);
    match (message.len(), message.get("error").and_then(Value::text)) {
        (1, None) => match (member("stampHeaderName"), member("stampHeaderValue")) {
            (Some("X-Stamp"), Some(value)) => Ok(StampHeader { name: "X-Stamp".to_owned(), value: value.to_owned() }),
            _ => Err(violation),
        },
        (2, Some(name)) => Err(StampError::new(name, Fallback::named(member("fallback")), text)),
        _ => Err(violation),
    }
}
