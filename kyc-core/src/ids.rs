//! The names things go by. Each is parsed once; after that it is known to be well formed, and shared rather than copied.

use alloc::borrow::ToOwned as _;
use alloc::string::String;
use alloc::sync::Arc;
use core::fmt;
use core::str::FromStr;

use crate::text::{as_text, as_word};

/// A name that is not well formed. Says which kind of name, never what was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a well-formed {what}: {rule}")]
pub struct NotAName {
    what: &'static str,
    rule: &'static str,
}

impl NotAName {
    pub(crate) const fn new(what: &'static str, rule: &'static str) -> Self {
        Self { what, rule }
    }
}

/// Declares names. One that is a `word` has no letter that JSON escapes, and stands in the charts; one that is a `text` may have.
macro_rules! names {
    ($($(#[$doc:meta])* $name:ident: $kind:ident = $what:literal, $rule:literal, $well_formed:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(feature = "ts", derive(tsify::Tsify))]
        pub struct $name(#[cfg_attr(feature = "ts", tsify(type = "string"))] Arc<str>);

        names!(@ $kind $name);

        impl $name {
            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = NotAName;

            fn try_from(text: String) -> Result<Self, NotAName> {
                text.parse()
            }
        }

        impl FromStr for $name {
            type Err = NotAName;

            fn from_str(text: &str) -> Result<Self, NotAName> {
                let well_formed: fn(&str) -> bool = $well_formed;
                if well_formed(text) {
                    Ok(Self(text.into()))
                } else {
                    Err(NotAName { what: $what, rule: $rule })
                }
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.as_str().to_owned()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }
    )*};
    (@ word $name:ident) => {
        as_word!($name = Self(Arc::default()));
    };
    (@ text $name:ident) => {
        as_text!($name);
    };
}

names! {
    /// One applicant's walk through a Flow. Chosen by the host; sorts and files well because of its alphabet.
    ///
    /// ```
    /// use kyc_core::SessionId;
    ///
    /// assert!("s-1".parse::<SessionId>().is_ok());
    /// assert!("../etc".parse::<SessionId>().is_err());
    /// ```
    SessionId: word = "session id", "1 to 64 of A-Z a-z 0-9 _ -", |text| word(text, 64);

    /// The name of a Flow.
    FlowId: word = "flow id", "1 to 64 of A-Z a-z 0-9 _ -", |text| word(text, 64);

    /// The name of a field of an additional step.
    FieldName: word = "field name", "1 to 40 of A-Z a-z 0-9 _ -", |text| word(text, 40);

    /// Who reviews: a handle of the installation, not a person's name.
    ReviewerId: word = "reviewer id", "1 to 64 of A-Z a-z 0-9 _ - . @", |text| {
        (1..=64).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.@".contains(&byte))
    };

    /// The idempotency key of one request: the same key again gets the same answer.
    Key: text = "idempotency key", "1 to 255 printable ASCII characters without space", |text| {
        (1..=255).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
    };

    /// Names the bytes of an image: the SHA-256 of what was uploaded, in 64 lower-case hexadecimal digits.
    BlobRef: word = "blob reference", "64 lower-case hexadecimal digits", |text| {
        text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
    };
}

fn word(text: &str, longest: usize) -> bool {
    (1..=longest).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}
