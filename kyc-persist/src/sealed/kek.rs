//! Key-encryption keys: what they are, where they come from, how several are live at once.

use std::ffi::OsString;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use zeroize::Zeroizing;

use super::cipher::{derive, random};
use crate::keep_secret;

/// The name of a key: derived from it, so that no key answers to the name of another, and telling nothing of it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KekId(pub(super) [u8; 8]);

impl KekId {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut bytes = [0; 8];
        read_hex(text, &mut bytes).then_some(Self(bytes))
    }
}

impl fmt::Display for KekId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

impl fmt::Debug for KekId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "KekId({self})")
    }
}

/// A key-encryption key: 32 random bytes that wrap the keys of the data, and nothing else.
#[derive(Clone)]
pub struct Kek {
    id: KekId,
    wrapping: Zeroizing<[u8; 32]>,
}

/// Why there is no key. Tells where it was looked for, never what was found.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// There is nothing in this place.
    #[error("{place}: there is no key")]
    Missing {
        /// Where.
        place: String,
    },
    /// What is there is not a key.
    #[error("{place}: a key is 64 hexadecimal digits, as `openssl rand -hex 32` prints them")]
    Malformed {
        /// Where.
        place: String,
    },
    /// The command that gives the key has failed.
    #[error("{place}: {status}")]
    Failed {
        /// Which.
        place: String,
        /// How it ended.
        status: String,
    },
    /// The system refused.
    #[error("{place}: {source}")]
    System {
        /// Where.
        place: String,
        /// What it said.
        source: io::Error,
    },
}

impl Kek {
    /// A new key that nobody has: for tests, and for stores that forget.
    pub fn random() -> Self {
        Self::of(&Zeroizing::new(random()))
    }

    /// Makes a new key and keeps it in `file`, readable by its owner alone. Whoever loses the file loses the data.
    ///
    /// # Errors
    ///
    /// [`KeyError::System`], also when the file is there: no key is ever overwritten.
    pub fn create(file: &Path) -> Result<Self, KeyError> {
        let key = Zeroizing::new(random::<32>());
        let mut text = Zeroizing::new(String::with_capacity(65));
        for byte in key.iter() {
            for digit in [byte >> 4, byte & 15] {
                text.extend(char::from_digit(digit.into(), 16));
            }
        }
        text.push('\n');
        keep_secret(file, text.as_bytes()).map_err(|source| KeyError::System {
            place: file.display().to_string(),
            source,
        })?;
        Ok(Self::of(&key))
    }

    /// Reads 64 hexadecimal digits.
    fn parse(text: &str) -> Option<Self> {
        let mut key = Zeroizing::new([0; 32]);
        read_hex(text.trim(), key.as_mut()).then(|| Self::of(&key))
    }

    fn of(key: &[u8; 32]) -> Self {
        let name = derive(key, b"kyc kek name 1");
        let mut id = [0; 8];
        id.copy_from_slice(&name[..8]);
        Self {
            id: KekId(id),
            wrapping: derive(key, b"kyc kek wrap 1"),
        }
    }

    /// Its name.
    pub const fn id(&self) -> KekId {
        self.id
    }

    pub(super) fn wrapping(&self) -> &[u8; 32] {
        &self.wrapping
    }
}

impl fmt::Debug for Kek {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Kek({})", self.id)
    }
}

/// Where a key comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeySource {
    /// The text of a file.
    File(PathBuf),
    /// The value of an environment variable.
    Environment(OsString),
    /// What a command of the shell prints.
    Command(String),
}

impl KeySource {
    /// Asks for the key, now. What was read is wiped from memory.
    ///
    /// # Errors
    ///
    /// [`KeyError`], with the place and without what was there.
    pub fn read(&self) -> Result<Kek, KeyError> {
        let place = || self.to_string();
        let system = |source| KeyError::System {
            place: place(),
            source,
        };
        let text = match self {
            Self::File(file) => match fs::read(file) {
                Ok(text) => text,
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    return Err(KeyError::Missing { place: place() });
                }
                Err(error) => return Err(system(error)),
            },
            Self::Environment(name) => std::env::var_os(name)
                .ok_or_else(|| KeyError::Missing { place: place() })?
                .into_encoded_bytes(),
            Self::Command(line) => {
                let said = shell(line)
                    .stdin(Stdio::null())
                    .stderr(Stdio::inherit())
                    .output()
                    .map_err(system)?;
                if !said.status.success() {
                    return Err(KeyError::Failed {
                        place: place(),
                        status: said.status.to_string(),
                    });
                }
                said.stdout
            }
        };
        let text = Zeroizing::new(text);
        std::str::from_utf8(&text)
            .ok()
            .and_then(Kek::parse)
            .ok_or_else(|| KeyError::Malformed { place: place() })
    }
}

impl fmt::Display for KeySource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(file) => write!(formatter, "{}", file.display()),
            Self::Environment(name) => {
                write!(formatter, "the environment variable {}", name.display())
            }
            // The line itself may hold a password.
            Self::Command(_) => formatter.write_str("the command that gives the key"),
        }
    }
}

/// The keys that are at hand: one that wraps, and older ones that still open.
#[derive(Clone, Debug)]
pub struct Keyring {
    current: Kek,
    older: Vec<Kek>,
}

impl Keyring {
    /// A ring with one key.
    pub const fn new(current: Kek) -> Self {
        Self {
            current,
            older: Vec::new(),
        }
    }

    /// The same ring with a key that came before.
    #[must_use]
    pub fn with_older(mut self, kek: Kek) -> Self {
        self.older.push(kek);
        self
    }

    /// The key that wraps.
    pub const fn current(&self) -> &Kek {
        &self.current
    }

    /// All names, the current one first.
    pub fn ids(&self) -> Vec<KekId> {
        self.all().map(Kek::id).collect()
    }

    pub(super) fn find(&self, id: KekId) -> Option<&Kek> {
        self.all().find(|kek| kek.id == id)
    }

    fn all(&self) -> impl Iterator<Item = &Kek> {
        std::iter::once(&self.current).chain(&self.older)
    }
}

#[cfg(unix)]
fn shell(line: &str) -> Command {
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(line);
    shell
}

#[cfg(not(unix))]
fn shell(line: &str) -> Command {
    let mut shell = Command::new("cmd");
    shell.arg("/C").arg(line);
    shell
}

fn read_hex(text: &str, bytes: &mut [u8]) -> bool {
    let digits = text.as_bytes();
    digits.len() == bytes.len() * 2
        && bytes.iter_mut().zip(digits.chunks(2)).all(|(byte, pair)| {
            let digit = |digit: u8| char::from(digit).to_digit(16);
            match (digit(pair[0]), digit(pair[1])) {
                (Some(high), Some(low)) => {
                    *byte = u8::try_from(high * 16 + low).unwrap_or_default();
                    true
                }
                _ => false,
            }
        })
}
