// SPDX-License-Identifier: Apache-2.0
//! Stands in for Turnkey's crate: what a stamper of its client looks like.

/// An HTTP header.
pub struct StampHeader {
    pub name: String,
    pub value: String,
}

/// Of its cases, the one that a stamper of another kind can use.
#[derive(Debug)]
pub enum StamperError {
    Io(String, String),
}

/// What the client takes.
pub trait Stamp {
    fn stamp(&self, body: &[u8]) -> Result<StampHeader, StamperError>;
}
