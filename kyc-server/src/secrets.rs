//! What proves who somebody is, and how it is kept: only as a digest, compared in constant time.

use std::fmt;
use std::path::Path;
use std::sync::LazyLock;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use base64ct::{Base64, Base64UrlUnpadded, Encoding};
use hmac::{Hmac, KeyInit, Mac};
use kyc_core::journal::Hash;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// Says so when others than its owner may read the file of a secret. No more: where each program has a machine of its own,
/// secrets are often mounted like that.
pub fn warn_of_readers(file: &Path) {
    #[cfg(unix)]
    if let Ok(about) = std::fs::metadata(file) {
        let mode = std::os::unix::fs::PermissionsExt::mode(&about.permissions()) & 0o777;
        if mode & 0o077 != 0 {
            let (file, mode) = (file.display(), format!("{mode:04o}"));
            tracing::warn!(%file, %mode, "others on this machine may read this secret: chmod 600 lets its owner alone");
        }
    }
    #[cfg(not(unix))]
    let _ = file;
}

/// A secret in the clear, on its way to its owner. It is shown once and never kept.
pub struct Secret(String);

impl Secret {
    /// 256 bits nobody can guess.
    ///
    /// # Panics
    ///
    /// When the operating system has no randomness to give.
    pub fn random() -> Self {
        Self::of::<32>()
    }

    /// 240 bits, for whom 43 characters are too many: it has 40.
    ///
    /// # Panics
    ///
    /// When the operating system has no randomness to give.
    pub fn short() -> Self {
        Self::of::<30>()
    }

    fn of<const BYTES: usize>() -> Self {
        let mut bytes = [0; BYTES];
        #[expect(
            clippy::expect_used,
            reason = "without randomness there are no secrets to keep"
        )]
        getrandom::fill(&mut bytes).expect("the operating system gives randomness");
        Self(Base64UrlUnpadded::encode_string(&bytes))
    }

    /// 256 bits as the Standard Webhooks specification writes them.
    pub fn of_webhooks() -> Self {
        let random = Self::random();
        Self(format!(
            "whsec_{}",
            Base64::encode_string(random.digest().as_bytes())
        ))
    }

    /// The same behind a word that tells people and secret scanners what it is.
    pub fn random_with_prefix(prefix: &str) -> Self {
        Self(format!("{prefix}{}", Self::random().0))
    }

    /// For its owner.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What is kept of it.
    pub fn digest(&self) -> Hash {
        digest_of(&self.0)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(..)")
    }
}

/// What is kept of a secret that somebody presents. Secrets are random 256 bits, so a plain digest suffices.
pub fn digest_of(presented: &str) -> Hash {
    Hash::from_bytes(Sha256::digest(presented.as_bytes()).into())
}

/// A digest that nobody without this secret can make.
pub(crate) fn keyed(secret: &[u8; 32], fields: &[&[u8]]) -> Hash {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("a key of any length");
    for field in fields {
        mac.update(&(field.len() as u64).to_be_bytes());
        mac.update(field);
    }
    Hash::from_bytes(mac.finalize().into_bytes().into())
}

/// Equality that takes the same time wherever the difference is.
pub fn same(left: &Hash, right: &Hash) -> bool {
    left.as_bytes().ct_eq(right.as_bytes()).into()
}

/// A password that cannot be a password hash in a configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an argon2id PHC string")]
pub struct NotAPhcString;

/// A password at rest: argon2id as a PHC string.
#[derive(Clone)]
pub struct Password(String);

impl Password {
    /// The longest password that is looked at.
    pub const LONGEST: usize = 1024;

    /// Hashes a new password, with a salt of its own.
    ///
    /// # Panics
    ///
    /// When the operating system has no randomness to give.
    pub fn hash(clear: &str) -> Self {
        #[expect(clippy::expect_used, reason = "fails only without randomness")]
        let phc = hasher()
            .hash_password(clear.as_bytes())
            .expect("a password is hashed");
        Self(phc.to_string())
    }

    /// Takes a PHC string from a configuration.
    ///
    /// # Errors
    ///
    /// When it is not argon2id, or does not parse.
    pub fn parse(phc: &str) -> Result<Self, NotAPhcString> {
        let parsed = PasswordHash::new(phc).map_err(|_| NotAPhcString)?;
        if parsed.algorithm.as_str() != "argon2id" || parsed.hash.is_none() {
            return Err(NotAPhcString);
        }
        Ok(Self(phc.to_owned()))
    }

    /// Whether `clear` is this password. Takes tens of milliseconds of one processor: not for the async runtime.
    pub fn verify(&self, clear: &str) -> bool {
        clear.len() <= Self::LONGEST
            && PasswordHash::new(&self.0)
                .is_ok_and(|phc| hasher().verify_password(clear.as_bytes(), &phc).is_ok())
    }

    /// A password nobody knows: checking it costs an unknown name what a known one costs.
    pub fn of_nobody() -> &'static Self {
        static NOBODY: LazyLock<Password> =
            LazyLock::new(|| Password::hash(Secret::random().reveal()));
        &NOBODY
    }

    /// The PHC string, for the configuration.
    pub fn as_phc(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Password(..)")
    }
}

/// Argon2id with 19 MiB and two passes, the first of the recommendations of OWASP.
fn hasher() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_verifies_against_its_own_hash_only() {
        let password = Password::hash("correct horse");
        assert!(password.verify("correct horse"));
        assert!(!password.verify("correct horsf"));
        assert!(!Password::of_nobody().verify(""));
        let kept = Password::parse(password.as_phc()).unwrap();
        assert!(kept.verify("correct horse"));
    }

    #[test]
    fn only_argon2id_is_a_password_at_rest() {
        assert_eq!(Password::parse("hunter2").unwrap_err(), NotAPhcString);
        assert_eq!(
            Password::parse("$argon2i$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$2+JCoQtY/2x5F0VB9pEVP3xBNguWP1T25Ui0PtZuk8o").unwrap_err(),
            NotAPhcString
        );
    }

    #[test]
    fn the_costs_are_those_recommended() {
        let phc = Password::hash("x");
        assert!(phc.as_phc().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    }

    #[test]
    fn secrets_are_long_distinct_and_never_shown_by_debug() {
        let (one, other) = (Secret::random(), Secret::random());
        assert_eq!(one.reveal().len(), 43);
        assert_eq!(Secret::short().reveal().len(), 40);
        assert!(!same(&one.digest(), &other.digest()));
        assert!(same(&one.digest(), &digest_of(one.reveal())));
        assert_eq!(format!("{one:?}"), "Secret(..)");
        assert_eq!(format!("{:?}", Password::hash("x")), "Password(..)");
    }
}
