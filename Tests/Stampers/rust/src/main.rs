// SPDX-License-Identifier: Apache-2.0
//! stamp_once SOCKET SESSION TIMEOUT_MILLISECONDS: stamps standard input, through the trait of Turnkey's client.

use socket_stamper::{Fallback, SocketStamper};
use std::io::{self, Read};
use std::time::Duration;
use turnkey_api_key_stamper::{Stamp, StampHeader, StamperError};

/// A frame as a stamper of Turnkey's client, whose error has no room for a fallback but in its text.
struct FrameStamper(SocketStamper);

impl Stamp for FrameStamper {
    fn stamp(&self, body: &[u8]) -> Result<StampHeader, StamperError> {
        let stamp = self.0.stamp(body).map_err(|error| {
            let advice = match error.fallback {
                Fallback::Passkey => "passkey",
                Fallback::Retry => "retry",
                Fallback::Never => "never",
            };
            StamperError::Io(error.name, advice.to_owned())
        })?;
        Ok(StampHeader {
            name: stamp.name,
            value: stamp.value,
        })
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let mut stamper = SocketStamper::new(&arguments[1]);
    stamper.session = arguments[2].clone();
    stamper.timeout = Duration::from_millis(arguments[3].parse()?);
    let mut body = Vec::new();
    io::stdin().read_to_end(&mut body)?;
    match FrameStamper(stamper).stamp(&body) {
        Ok(stamp) => println!("stamped {} {}", stamp.name, stamp.value),
        Err(StamperError::Io(name, advice)) => println!("refused {name} {advice}"),
    }
    Ok(())
}
