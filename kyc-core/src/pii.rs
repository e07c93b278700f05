//! What must never be printed is wrapped here.

use alloc::vec::Vec;
use core::fmt;

use serde::{Deserialize, Serialize};

use crate::json::{Found, Read, Reader, Write};

/// Personal data: `Debug` and `Display` show a placeholder, always.
///
/// It is serialised as it is, because a snapshot must hold it; whoever writes a snapshot down answers for
/// sealing it.
///
/// ```
/// use kyc_core::Pii;
///
/// let name = Pii::new("Erika".to_owned());
/// assert_eq!(format!("{name:?} {name}"), "<redacted> <redacted>");
/// assert_eq!(name.expose(), "Erika");
/// ```
#[derive(Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(transparent)]
pub struct Pii<T>(T);

impl<T> Pii<T> {
    /// Wraps `value`.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself. Each call is a place to look at in a review.
    pub const fn expose(&self) -> &T {
        &self.0
    }
}

impl<T: Write> Write for Pii<T> {
    fn write(&self, text: &mut Vec<u8>) {
        self.0.write(text);
    }
}

impl<T: Read> Read for Pii<T> {
    fn blank() -> Self {
        Self(T::blank())
    }

    fn read(&mut self, reader: &mut Reader<'_>) -> Found<()> {
        self.0.read(reader)
    }
}

impl<T> From<T> for Pii<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl<T> fmt::Debug for Pii<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("<redacted>")
    }
}

impl<T> fmt::Display for Pii<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("<redacted>")
    }
}
