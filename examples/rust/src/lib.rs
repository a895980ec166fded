// SPDX-License-Identifier: Apache-2.0
//! A stamper for Turnkey's Rust client that asks a frame: no private key in this process, no crate but std.

mod json;
mod message;
mod peer;

use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::{Duration, Instant};
use std::{error, fmt, thread};

/// One HTTP header.
#[derive(Debug)]
pub struct StampHeader {
    pub name: String,
    pub value: String,
}

/// What to do after an error: ask the user for an approval, try again later, or give up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fallback {
    Passkey,
    Retry,
    Never,
}

impl Fallback {
    fn named(name: Option<&str>) -> Self {
        match name {
            Some("passkey") => Fallback::Passkey,
            Some("retry") => Fallback::Retry,
            _ => Fallback::Never,
        }
    }
}

/// Why there is no stamp. `name` is the frame's error, and `detail` its whole reply; or, without a dot, what this crate
/// found itself, and why.
#[derive(Debug)]
pub struct StampError {
    pub name: String,
    pub fallback: Fallback,
    pub detail: String,
}

impl StampError {
    fn new(name: &str, fallback: Fallback, detail: impl fmt::Display) -> Self {
        StampError { name: name.to_owned(), fallback, detail: detail.to_string() }
    }
}

impl fmt::Display for StampError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?} {:?}", self.name, self.detail)
    }
}

impl error::Error for StampError {}

/// Has requests stamped over a stamp socket. Each stamp has a connection of its own, and threads may share one.
#[derive(Debug)]
pub struct SocketStamper {
    pub socket_path: PathBuf,
    pub session: String,
    pub timeout: Duration,
}

impl SocketStamper {
    /// A stamper for the session `default`, which waits for 10 s.
    pub fn new(socket_path: impl Into<PathBuf>) -> Self {
        let (session, timeout) = ("default".to_owned(), Duration::from_secs(10));
        SocketStamper { socket_path: socket_path.into(), session, timeout }
    }

    /// Returns the header that stamps `body`, which is UTF-8: send exactly these bytes with it.
    ///
    /// A frame that goes away without an answer is asked once more: a second stamp does no harm.
    pub fn stamp(&self, body: &[u8]) -> Result<StampHeader, StampError> {
        let call = message::write_call(body, &self.session)?;
        let deadline = Instant::now() + self.timeout;
        let reply = match self.ask(call.clone(), deadline)? {
            None => self.ask(call, deadline)?,
            reply => reply,
        };
        message::read_reply(&reply.ok_or_else(|| StampError::new("connectionLost", Fallback::Retry, ""))?)
    }

    /// Asks in a thread of its own, since std's connect has no time-out.
    fn ask(&self, call: Vec<u8>, deadline: Instant) -> Result<Option<Vec<u8>>, StampError> {
        let (sender, receiver) = mpsc::channel();
        let (path, patience) = (self.socket_path.clone(), self.timeout * 2);
        let work = move || sender.send(exchange(&path, &call, patience));
        thread::Builder::new().spawn(work).map_err(|why| StampError::new("noThread", Fallback::Retry, why))?;
        let answer = receiver.recv_timeout(deadline.saturating_duration_since(Instant::now()));
        answer.unwrap_or_else(|why| Err(StampError::new("timedOut", Fallback::Retry, why)))
    }
}

/// Returns the reply with its NUL, or None where the connection ended before that.
fn exchange(path: &Path, call: &[u8], patience: Duration) -> Result<Option<Vec<u8>>, StampError> {
    let connection = UnixStream::connect(path).map_err(|why| StampError::new("noFrame", Fallback::Retry, why))?;
    peer::refuse_strangers(&connection)?;
    Ok(send_and_read(connection, call, patience).ok())
}

/// `patience` ends the thread, long after the caller has left.
fn send_and_read(mut connection: UnixStream, call: &[u8], patience: Duration) -> io::Result<Vec<u8>> {
    connection.set_write_timeout(Some(patience))?;
    connection.set_read_timeout(Some(patience))?;
    let _ = connection.write_all(call); // where it is not read to its end, a refusal may have come
    let (mut reply, mut chunk) = (Vec::new(), [0; 4096]);
    while !reply.contains(&0) && reply.len() <= message::REPLY_LIMIT_BYTES {
        let count = connection.read(&mut chunk)?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        reply.extend_from_slice(&chunk[..count]);
    }
    Ok(reply)
}
