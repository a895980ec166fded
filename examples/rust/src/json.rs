// SPDX-License-Identifier: Apache-2.0
//! JSON as far as a call and its reply need it, since std has none: objects of texts, numbers, literals and objects.

use std::collections::BTreeMap;

const WHITESPACE: [char; 4] = [' ', '\t', '\n', '\r'];

pub type Object<'a> = BTreeMap<&'a str, Value<'a>>;

pub enum Value<'a> {
    Object(Object<'a>),
    /// A text in which nothing is escaped.
    Text(&'a str),
    /// A number, a literal, or a text with escapes: nothing that is read of a reply.
    Other,
}

impl<'a> Value<'a> {
    pub fn text(&self) -> Option<&'a str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// Writes a text with its quotation marks.
pub fn quote(text: &str) -> String {
    let escape = |character| match character {
        '"' | '\\' => format!("\\{character}"),
        '\0'..='\x1f' => format!("\\u{:04x}", u32::from(character)),
        _ => character.to_string(),
    };
    format!("\"{}\"", text.chars().map(escape).collect::<String>())
}

/// Reads one object, of at most four in one another, and nothing behind it.
pub fn read_object(text: &str) -> Option<Object<'_>> {
    let mut reader = Reader { rest: text };
    let object = reader.object(4)?;
    reader.rest.trim_start_matches(WHITESPACE).is_empty().then_some(object)
}

struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    /// Takes the token; where another comes, nothing.
    fn take(&mut self, token: char) -> Option<()> {
        self.rest = self.rest.trim_start_matches(WHITESPACE);
        self.rest = self.rest.strip_prefix(token)?;
        Some(())
    }

    fn object(&mut self, depth: usize) -> Option<Object<'a>> {
        let mut members = Object::new();
        self.take('{')?;
        if self.take('}').is_some() {
            return Some(members);
        }
        loop {
            let name = self.text()?;
            self.take(':')?;
            members.insert(name, self.value(depth)?);
            if self.take(',').is_none() {
                return self.take('}').map(|()| members);
            }
        }
    }

    fn value(&mut self, depth: usize) -> Option<Value<'a>> {
        self.rest = self.rest.trim_start_matches(WHITESPACE);
        match self.rest.chars().next()? {
            '{' => self.object(depth.checked_sub(1)?).map(Value::Object),
            '"' => self.text().map(|text| if text.contains('\\') { Value::Other } else { Value::Text(text) }),
            _ => self.scalar(),
        }
    }

    /// The text between two quotation marks, as it stands there.
    fn text(&mut self) -> Option<&'a str> {
        self.take('"')?;
        let mut is_escaped = false;
        let end = self.rest.find(|character| {
            let ends = character < ' ' || (character == '"' && !is_escaped);
            is_escaped = character == '\\' && !is_escaped;
            ends
        })?;
        let (text, rest) = self.rest.split_at(end);
        self.rest = rest.strip_prefix('"')?;
        Some(text)
    }

    fn scalar(&mut self) -> Option<Value<'a>> {
        let end = self.rest.find(|character: char| !character.is_ascii_alphanumeric() && !"+-.".contains(character))?;
        let (scalar, rest) = self.rest.split_at(end);
        self.rest = rest;
        let is_number = scalar.starts_with(|first: char| first == '-' || first.is_ascii_digit());
        let is_literal = ["true", "false", "null"].contains(&scalar);
        (is_literal || is_number && scalar.parse::<f64>().is_ok()).then_some(Value::Other)
    }
}
